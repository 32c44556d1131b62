import { get } from '../../api/client';
import type { OrderList, Risk, VendorHistory, VendorReport } from '../../api/types';
import { daysBefore, isOver } from '../../format/times';
import { overdueSearch } from './search';

/** The days that are loaded, however many are shown, so that another number of days needs no request. */
const DAYS = 90;

/** The overdue orders that are loaded, the oldest first, to find the most overdue. */
const LIMIT = '100';

export interface VendorData {
  report: VendorReport;
  risk: Risk;
  history: VendorHistory;
  /** Whether the requested day is over. */
  isPast: boolean;
  /** Open orders past their promise; null for a past day, since a list shows the current state only. */
  overdue: OrderList | null;
}

export async function loadVendor(id: string, date: string | undefined, signal: AbortSignal): Promise<VendorData> {
  const readOverdue = () => get('/api/orders', { query: { ...overdueSearch(id), limit: LIMIT } }, signal);
  const [report, risk, overdueNow] = await Promise.all([
    get('/vendors/{id}/report', { path: { id }, query: { date } }, signal),
    readRisk(id, date, signal),
    date === undefined ? readOverdue() : null,
  ]);
  if (risk === null) throw new Error(`${id} has a report, but no row among the vendors`);
  // The server states which day today is: that depends on the report time zone, and not on the client's clock.
  const to = report.report.date;
  const span = { from: daysBefore(to, DAYS - 1), to };
  const history = await get('/api/vendors/{id}/history', { path: { id }, query: span }, signal);
  const isPast = isOver(to, report.report.asOf, history.timeZone);
  return { report, risk, history, isPast, overdue: isPast ? null : (overdueNow ?? (await readOverdue())) };
}

/**
 * The risk of a vendor. Its report does not include it, but its row in the vendor table does. The rule stays on the server:
 * a copy in the page could become outdated. The search of the table is by text, so other vendors whose name or category
 * contains this id may come first. Pages are read until the vendor is found, which is on the first page unless a hundred
 * others match.
 */
async function readRisk(id: string, date: string | undefined, signal: AbortSignal): Promise<Risk | null> {
  let cursor: string | undefined;
  do {
    const query = { q: id, date, sortBy: 'name', limit: '100', cursor };
    const { vendors, pagination } = await get('/api/vendors', { query }, signal);
    const row = vendors.find(({ vendorId }) => vendorId === id);
    if (row !== undefined) return row.riskLevel;
    cursor = pagination.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return null;
}
