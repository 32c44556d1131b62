import { get } from '../../api/client';
import { optional } from '../../api/optional';
import type { OrderList, VendorHistory, VendorReport, VendorSignals } from '../../api/types';
import { daysBefore, isOver } from '../../format/times';
import { fleetCounts, ordersBehind } from '../orders/ordersBehind';

/** The days that are loaded, however many are shown, so that another number of days needs no request. */
const DAYS = 90;

/** The overdue orders that are shown: as many as a person can chase in a morning. A link leads to the others. */
const LIMIT = '8';

export interface VendorData {
  report: VendorReport;
  history: VendorHistory;
  /** Whether the requested day is over. */
  isPast: boolean;
  /** Open orders past their promise, the longest overdue first. */
  overdue: OrderList;
  /** What changed; null if it could not be read. */
  signals: VendorSignals | null;
}

export async function loadVendor(id: string, date: string | undefined, signal: AbortSignal): Promise<VendorData> {
  const readOverdue = (isPast: boolean, day = '') => {
    const search = ordersBehind({ vendorId: id, date: day, isPast }, fleetCounts.delayedOrders);
    return get('/api/orders', { query: { ...search, limit: LIMIT } }, signal);
  };
  const [report, signals, overdueNow] = await Promise.all([
    get('/vendors/{id}/report', { path: { id }, query: { date } }, signal),
    optional(get('/api/vendors/{id}/signals', { path: { id }, query: { date } }, signal)),
    date === undefined ? readOverdue(false) : null,
  ]);
  // The server states which day today is: that depends on the report time zone, and not on the client's clock.
  const to = report.report.date;
  const span = { from: daysBefore(to, DAYS - 1), to };
  const history = await get('/api/vendors/{id}/history', { path: { id }, query: span }, signal);
  const isPast = isOver(to, report.report.asOf, history.timeZone);
  return { report, history, isPast, signals, overdue: overdueNow ?? (await readOverdue(isPast, to)) };
}
