import { get } from '../../api/client';
import type { Dashboard, OrderList, Parameters, ResponseBody, VendorList, VendorRow } from '../../api/types';
import { activeStatuses } from '../../format/labels';
import { sortOf, worstFirst } from './columns';

/** Vendors on one page of the table: fewer where each is a card as high as five rows. */
const limit = () => (matchMedia('(max-width: 40rem)').matches ? '20' : '50');

export type FleetHistory = ResponseBody<'/api/dashboard/history'>;

export interface OverviewData {
  /** The date asked for; today where there is none. */
  date: string | undefined;
  dashboard: Dashboard;
  /** The 30 days ending with the dashboard's. */
  history: FleetHistory;
  /** A page of the table. */
  vendors: VendorList;
  /** Where the vendors are found that need attention. */
  worstVendors: VendorRow[];
  /** Orders of now that are past their promise; null where the page is about another day. */
  overdue: OrderList | null;
  /** When this was read, in milliseconds of the reader's clock: from then on the ages grow. */
  readAt: number;
}

export type OverviewQuery = Omit<NonNullable<Parameters<'/api/vendors'>['query']>, 'limit'>;

/**
 * All at once, so that the numbers above the table and those in it are of the same moment. Where the page `shown` is about
 * the same date and its dashboard still holds, only the table is read.
 */
export async function loadOverview(
  query: OverviewQuery,
  shown: OverviewData | undefined,
  signal: AbortSignal,
): Promise<OverviewData> {
  const { date, cursor, q, risk } = query;
  const { sortBy, order } = sortOf(query);
  const rows = (parameters: OverviewQuery) =>
    get('/api/vendors', { query: { date, limit: limit(), ...parameters } }, signal);
  const read = [
    get('/dashboard/summary', { query: { date } }, signal),
    rows({ cursor, q, risk, sortBy, order }),
  ] as const;
  if (shown !== undefined && shown.date === date) {
    const [dashboard, vendors] = await Promise.all(read);
    if (JSON.stringify(dashboard) === JSON.stringify(shown.dashboard)) return { ...shown, vendors };
  }
  // As it is sorted by itself, those at risk come first. What needs attention is the same however it is sorted and filtered.
  const isDefaultView = sortBy === worstFirst.sortBy && order === worstFirst.order && !cursor && !q && !risk;
  const [dashboard, vendors, history, overdue, defaultPage] = await Promise.all([
    ...read,
    get('/api/dashboard/history', { query: { to: date } }, signal),
    date === undefined
      ? get('/api/orders', { query: { delayed: 'true', status: activeStatuses.join(','), limit: '100' } }, signal)
      : null,
    isDefaultView ? null : rows(worstFirst),
  ]);
  const worstVendors = (defaultPage ?? vendors).vendors;
  return { date, dashboard, history, vendors, worstVendors, overdue, readAt: Date.now() };
}
