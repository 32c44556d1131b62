import { get } from '../../api/client';
import type { Dashboard, Parameters, VendorList } from '../../api/types';

/** Vendors on one page of the table. */
const LIMIT = '50';

export interface OverviewData {
  dashboard: Dashboard;
  vendors: VendorList;
  /** When this was read, in milliseconds of the reader's clock: from then on the ages grow. */
  readAt: number;
}

export type OverviewQuery = Omit<NonNullable<Parameters<'/api/vendors'>['query']>, 'limit'>;

/** Both at once, so that the numbers above the table and those in it are of the same moment. */
export async function loadOverview(query: OverviewQuery, signal: AbortSignal): Promise<OverviewData> {
  const [dashboard, vendors] = await Promise.all([
    get('/dashboard/summary', { query: { date: query.date } }, signal),
    get('/api/vendors', { query: { ...query, limit: LIMIT } }, signal),
  ]);
  return { dashboard, vendors, readAt: Date.now() };
}
