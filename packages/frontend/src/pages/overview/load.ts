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
  const { date, ...view } = query;
  const isPlain = Object.values(view).every((part) => part === undefined);
  const [dashboard, history, vendors, overdue, plain] = await Promise.all([
    get('/dashboard/summary', { query: { date } }, signal),
    get('/api/dashboard/history', { query: { to: date } }, signal),
    get('/api/vendors', { query: { ...query, limit: limit() } }, signal),
    date === undefined
      ? get('/api/orders', { query: { delayed: 'true', status: activeStatuses.join(','), limit: '100' } }, signal)
      : null,
    // What needs attention is the same however the table is sorted and filtered.
    isPlain ? null : get('/api/vendors', { query: { date, limit: limit() } }, signal),
  ]);
  const suspects = await withAllAtRisk(dashboard, (plain ?? vendors).vendors, signal);
  return { dashboard, history, vendors, suspects, overdue, readAt: Date.now() };
}

/** Of many vendors, those with the lowest scores have few orders; who is surely failing stands further down. */
async function withAllAtRisk(dashboard: Dashboard, worst: VendorRow[], signal: AbortSignal): Promise<VendorRow[]> {
  const atRisk = worst.filter(({ riskLevel }) => riskLevel === 'high' || riskLevel === 'medium');
  if (atRisk.length >= dashboard.current.atRiskVendors) return worst;
  const query = { date: dashboard.date, risk: 'high,medium', limit: '3' };
  const { vendors } = await get('/api/vendors', { query }, signal);
  return [...vendors, ...worst.filter((vendor) => !atRisk.includes(vendor))];
}
