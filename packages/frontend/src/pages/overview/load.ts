import { get } from '../../api/client';
import type { Dashboard, Parameters, ResponseBody, VendorList, VendorRow } from '../../api/types';
import { byAttention, sortOf } from './columns';

/** Vendors per page: fewer on a phone, where a card is as high as five rows. */
const limit = () => (matchMedia('(max-width: 40rem)').matches ? '20' : '50');

export type FleetHistory = ResponseBody<'/api/dashboard/history'>;

export interface OverviewData {
  /** The requested date; undefined for today. */
  date: string | undefined;
  dashboard: Dashboard;
  /** The 30 days up to the date of the dashboard. */
  history: FleetHistory;
  /** A page of the table. */
  vendors: VendorList;
  /** The first vendors in the server's order of attention, whatever the table shows. */
  worstVendors: VendorRow[];
  /** When the data was loaded, in milliseconds of the client's clock. */
  readAt: number;
}

export type OverviewQuery = Omit<NonNullable<Parameters<'/api/vendors'>['query']>, 'limit'>;

/**
 * Sends all requests at once, so that the tiles and the table are of the same moment. If `shown` is of the same date and its
 * dashboard has not changed, only the table is replaced.
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
  const requests = [
    get('/dashboard/summary', { query: { date } }, signal),
    rows({ cursor, q, risk, sortBy, order }),
  ] as const;
  if (shown !== undefined && shown.date === date) {
    const [dashboard, vendors] = await Promise.all(requests);
    if (JSON.stringify(dashboard) === JSON.stringify(shown.dashboard)) return { ...shown, vendors };
  }
  // Other views than the default one need a second request for the vendors that need attention.
  const isDefaultView = sortBy === byAttention.sortBy && order === byAttention.order && !cursor && !q && !risk;
  const [dashboard, vendors, history, defaultPage] = await Promise.all([
    ...requests,
    get('/api/dashboard/history', { query: { to: date } }, signal),
    isDefaultView ? null : rows(byAttention),
  ]);
  const worstVendors = (defaultPage ?? vendors).vendors;
  return { date, dashboard, history, vendors, worstVendors, readAt: Date.now() };
}
