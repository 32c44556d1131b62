import { get } from '../../api/client';
import type { Answer, Dashboard, OrderList, Parameters, VendorList, VendorRow } from '../../api/types';
import { activeStatuses } from '../../format/words';
import { sortOf, worstFirst } from './columns';

/** Vendors on one page of the table: fewer where each is a card as high as five rows. */
const limit = () => (matchMedia('(max-width: 40rem)').matches ? '20' : '50');

export type FleetHistory = Answer<'/api/dashboard/history'>;

export interface OverviewData {
  dashboard: Dashboard;
  /** The 30 days ending with the dashboard's. */
  history: FleetHistory;
  /** A page of the table. */
  vendors: VendorList;
  /** Where the vendors are found that need attention. */
  suspects: VendorRow[];
  /** Orders of now that are past their promise; null where the page is about another day. */
  overdue: OrderList | null;
  /** When this was read, in milliseconds of the reader's clock: from then on the ages grow. */
  readAt: number;
}

export type OverviewQuery = Omit<NonNullable<Parameters<'/api/vendors'>['query']>, 'limit'>;

/** All at once, so that the numbers above the table and those in it are of the same moment. */
export async function loadOverview(query: OverviewQuery, signal: AbortSignal): Promise<OverviewData> {
  const { date, ...view } = query;
  const { cursor, q, risk } = view;
  const { sortBy, order } = sortOf(view);
  // As it is sorted by itself, those at risk come first. What needs attention is the same however it is sorted and filtered.
  const isPlain = sortBy === worstFirst.sortBy && order === worstFirst.order && !cursor && !q && !risk;
  const rows = (wanted: OverviewQuery) => get('/api/vendors', { query: { date, limit: limit(), ...wanted } }, signal);
  const [dashboard, history, vendors, overdue, plain] = await Promise.all([
    get('/dashboard/summary', { query: { date } }, signal),
    get('/api/dashboard/history', { query: { to: date } }, signal),
    rows({ cursor, q, risk, sortBy, order }),
    date === undefined
      ? get('/api/orders', { query: { delayed: 'true', status: activeStatuses.join(','), limit: '100' } }, signal)
      : null,
    isPlain ? null : rows(worstFirst),
  ]);
  const suspects = (plain ?? vendors).vendors;
  return { dashboard, history, vendors, suspects, overdue, readAt: Date.now() };
}
