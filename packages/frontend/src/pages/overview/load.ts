import { get } from '../../api/client';
import type { Dashboard, OrderList, Parameters, ResponseBody, VendorList, VendorRow } from '../../api/types';
import { activeStatuses } from '../../format/labels';
import { sortOf, worstFirst } from './columns';

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
  /** The worst vendors, whatever the table shows. */
  worstVendors: VendorRow[];
  /** Open orders past their promise; null if the page is about another day. */
  overdue: OrderList | null;
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
  // The default view starts with the vendors at risk. Other views need a second request for those that need attention.
  const isDefaultView = sortBy === worstFirst.sortBy && order === worstFirst.order && !cursor && !q && !risk;
  const [dashboard, vendors, history, overdue, defaultPage] = await Promise.all([
    ...requests,
    get('/api/dashboard/history', { query: { to: date } }, signal),
    date === undefined
      ? get('/api/orders', { query: { delayed: 'true', status: activeStatuses.join(','), limit: '100' } }, signal)
      : null,
    isDefaultView ? null : rows(worstFirst),
  ]);
  const worstVendors = (defaultPage ?? vendors).vendors;
  return { date, dashboard, history, vendors, worstVendors, overdue, readAt: Date.now() };
}
