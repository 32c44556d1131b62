/** The numbers of all vendors for one date. */
import { comparedDate } from '../format/windows';
import type { ReportSearch } from '../routes/reportSearch';
import { get } from './client';
import type { Dashboard, ResponseBody } from './types';

export type FleetHistory = ResponseBody<'/api/dashboard/history'>;

export interface FleetData {
  /** Compared with the window before, or with what the address says. */
  dashboard: Dashboard;
  /** The date that it is compared with; undefined for the window before. */
  comparedDate: string | undefined;
  /** The 30 days up to the date of the dashboard. */
  history: FleetHistory;
  /** When the data was loaded, in milliseconds of the client's clock. */
  readAt: number;
}

/** Sends its requests at once, except for a comparison with a date that depends on what the server says is today. */
export async function loadFleet(search: ReportSearch, signal: AbortSignal): Promise<FleetData> {
  const [compared, history] = await Promise.all([loadDashboard(search, signal), loadHistory(search, signal)]);
  return { ...compared, history, readAt: Date.now() };
}

export function loadHistory({ date, window }: ReportSearch, signal: AbortSignal): Promise<FleetHistory> {
  return get('/api/dashboard/history', { query: { to: date, window } }, signal);
}

/** The dashboard, compared as the address says. */
export async function loadDashboard(
  { date, window, against }: ReportSearch,
  signal: AbortSignal,
): Promise<Pick<FleetData, 'dashboard' | 'comparedDate'>> {
  const read = (date: string | undefined) => get('/dashboard/summary', { query: { date, window } }, signal);
  const dashboard = await read(date);
  const other = comparedDate(dashboard.date, against);
  if (other === undefined) return { dashboard, comparedDate: other };
  return { dashboard: comparedWith(dashboard, await read(other)), comparedDate: other };
}

function comparedWith(dashboard: Dashboard, { current: previous }: Dashboard): Dashboard {
  const { current } = dashboard;
  const points = (one: number | null, other: number | null) => (one === null || other === null ? null : one - other);
  return {
    ...dashboard,
    previous,
    trends: {
      reliabilityTrend: points(current.overallReliability, previous.overallReliability),
      onTimeTrend: points(current.onTimePercentage, previous.onTimePercentage),
      activeOrdersTrend: current.totalActiveOrders - previous.totalActiveOrders,
      delayedOrdersTrend: current.totalDelayedOrders - previous.totalDelayedOrders,
      unshippedOrdersTrend: current.totalUnshippedOrders - previous.totalUnshippedOrders,
      stalledOrdersTrend: current.totalStalledOrders - previous.totalStalledOrders,
      atRiskVendorsTrend: current.atRiskVendors - previous.atRiskVendors,
    },
  };
}
