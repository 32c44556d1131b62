import { get } from '../../api/client';
import type { OrderList, Risk, VendorHistory, VendorReport } from '../../api/types';
import { daysBefore, isOver } from '../../format/times';
import { overdueSearch } from './search';

/** So many days are read, however many are shown: changing between the two asks nothing again. */
const DAYS = 90;

/** Overdue orders that are read, the oldest first, so that the latest of them can be found. */
const LIMIT = '100';

export interface VendorData {
  report: VendorReport;
  risk: Risk;
  history: VendorHistory;
  /** Whether the day that was asked for is over. */
  isPast: boolean;
  /** Open orders past their promise; null on a day that is over, since orders are only listed as they are now. */
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
  // Which day today is, the server knows: it depends on the report time zone, and not on this machine's clock.
  const to = report.report.date;
  const span = { from: daysBefore(to, DAYS - 1), to };
  const history = await get('/api/vendors/{id}/history', { path: { id }, query: span }, signal);
  const isPast = isOver(to, report.report.asOf, history.timeZone);
  return { report, risk, history, isPast, overdue: isPast ? null : (overdueNow ?? (await readOverdue())) };
}

/**
 * The risk of a vendor. Its report does not carry it, its row in the vendor table does. The rule itself stays on the
 * server, in one place; here it would be a second one that grows old. The table searches for words, so another vendor
 * whose name or category holds this id may come first; the next pages are read until it is found, which is at once
 * unless a hundred others hold it.
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
