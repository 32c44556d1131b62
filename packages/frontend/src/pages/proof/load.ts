import { get } from '../../api/client';
import type { Order, VendorReport, Window } from '../../api/types';
import { isOver } from '../../format/times';
import { windowOf } from '../../format/windows';
import { type Count, ordersBehind, type ReportKey } from '../orders/ordersBehind';
import { provenRate } from './rates';
import type { ProofSearch } from './search';

/** Orders per request, the most of the server. */
const PAGE = '100';
/** The most orders of a list that are shown: more are in the file. */
export const MOST_SHOWN = 1000;

/** A list of orders, and how many it has. */
export interface ProofList {
  orders: Order[];
  total: number;
  totalIsLowerBound: boolean;
}

export interface ProofData {
  vendor: VendorReport['vendor'];
  date: string;
  asOf: string;
  isPast: boolean;
  timeZone: string;
  window: Window;
  good: ProofList;
  bad: ProofList;
}

export async function loadProof(id: string, search: ProofSearch, signal: AbortSignal): Promise<ProofData> {
  const { date, window } = search;
  const { lists } = provenRate(search.of);
  const [{ vendor, report }, { timeZone }] = await Promise.all([
    get('/vendors/{id}/report', { path: { id }, query: { date, window } }, signal),
    get('/api/vendors/{id}/history', { path: { id }, query: { from: date, to: date } }, signal),
  ]);
  const isPast = isOver(report.date, report.asOf, timeZone);
  const key: ReportKey = { vendorId: id, date: report.date, isPast, window: windowOf(window) };
  const [good, bad] = await Promise.all([readList(key, lists.good, signal), readList(key, lists.bad, signal)]);
  const { asOf } = report;
  return { vendor, date: report.date, asOf, isPast, timeZone, window: report.current ?? report.current7d, good, bad };
}

async function readList(key: ReportKey, count: Count, signal: AbortSignal): Promise<ProofList> {
  const orders: Order[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await get('/api/orders', { query: { ...ordersBehind(key, count), limit: PAGE, cursor } }, signal);
    orders.push(...page.orders);
    const { total, totalIsLowerBound } = page.summary;
    if (page.nextCursor === null || orders.length >= MOST_SHOWN) return { orders, total, totalIsLowerBound };
    cursor = page.nextCursor;
  }
}
