import { get } from '../../api/client';
import type { OrderList, VendorHistory, VendorReport } from '../../api/types';
import { daysBefore, isOver } from '../../format/times';
import { overdueSearch } from './search';

/** The days that are loaded, however many are shown, so that another number of days needs no request. */
const DAYS = 90;

/** The overdue orders that are loaded, the oldest first, to find the most overdue. */
const LIMIT = '100';

export interface VendorData {
  report: VendorReport;
  history: VendorHistory;
  /** Whether the requested day is over. */
  isPast: boolean;
  /** Open orders past their promise; null for a past day, since a list shows the current state only. */
  overdue: OrderList | null;
}

export async function loadVendor(id: string, date: string | undefined, signal: AbortSignal): Promise<VendorData> {
  const readOverdue = () => get('/api/orders', { query: { ...overdueSearch(id), limit: LIMIT } }, signal);
  const [report, overdueNow] = await Promise.all([
    get('/vendors/{id}/report', { path: { id }, query: { date } }, signal),
    date === undefined ? readOverdue() : null,
  ]);
  // The server states which day today is: that depends on the report time zone, and not on the client's clock.
  const to = report.report.date;
  const span = { from: daysBefore(to, DAYS - 1), to };
  const history = await get('/api/vendors/{id}/history', { path: { id }, query: span }, signal);
  const isPast = isOver(to, report.report.asOf, history.timeZone);
  return { report, history, isPast, overdue: isPast ? null : (overdueNow ?? (await readOverdue())) };
}
