import { get } from '../../api/client';
import type { Answer, Dashboard, OrderList, Parameters, VendorList, VendorRow } from '../../api/types';
import { activeStatuses } from '../../format/words';

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
  const { date } = query;
  const [dashboard, history, vendors, overdue] = await Promise.all([
    get('/dashboard/summary', { query: { date } }, signal),
    get('/api/dashboard/history', { query: { to: date } }, signal),
    get('/api/vendors', { query: { ...query, limit: limit() } }, signal),
    date === undefined
      ? get('/api/orders', { query: { delayed: 'true', status: activeStatuses.join(','), limit: '100' } }, signal)
      : null,
  ]);
  const suspects = await loadSuspects(query, dashboard, vendors, signal);
  return { dashboard, history, vendors, suspects, overdue, readAt: Date.now() };
}

/** The same whatever the table is filtered by. Where the table shows it anyhow, nothing more is read. */
async function loadSuspects(
  { date, q, risk, cursor, sortBy, order }: OverviewQuery,
  dashboard: Dashboard,
  table: VendorList,
  signal: AbortSignal,
): Promise<VendorRow[]> {
  const isFirstPage = [q, risk, cursor].every((part) => part === undefined);
  const isWorstFirst = sortBy === undefined && order === undefined;
  const { vendors } =
    isFirstPage && (isWorstFirst || !table.pagination.hasMore)
      ? table
      : await get('/api/vendors', { query: { date, limit: limit() } }, signal);
  const atRisk = vendors.filter(({ riskLevel }) => riskLevel === 'high' || riskLevel === 'medium');
  if (atRisk.length >= dashboard.current.atRiskVendors) return vendors;
  // Of many vendors, those with the lowest scores have few orders, and are not at risk.
  const worst = await get('/api/vendors', { query: { date, risk: 'high,medium', limit: '3' } }, signal);
  return [...worst.vendors, ...vendors.filter((vendor) => !atRisk.includes(vendor))];
}
