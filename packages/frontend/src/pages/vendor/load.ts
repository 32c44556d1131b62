import { get } from '../../api/client';
import { optional } from '../../api/optional';
import type { OrderList, Report, VendorHistory, VendorReport, VendorSignals, Window } from '../../api/types';
import { daysBefore, isOver } from '../../format/times';
import { comparedDate, daysBeforeWindow, windowDays, windowOf } from '../../format/windows';
import type { ReportSearch } from '../../routes/reportSearch';
import { fleetCounts, ordersBehind } from '../orders/ordersBehind';

/** The days that are loaded, however many are shown, so that another number of days needs no request. */
const DAYS = 90;

/** The overdue orders that are shown: as many as a person can chase in a morning. A link leads to the others. */
const LIMIT = '8';

export interface VendorData {
  /** Of seven days, by which the risk is judged. */
  report: VendorReport;
  /** The numbers that the page shows. */
  numbers: VendorNumbers;
  history: VendorHistory;
  /** Whether the requested day is over. */
  isPast: boolean;
  /** The report of the day before; null if there is none. */
  dayBefore: Report | null;
  /** The date that the numbers are compared with; undefined for the window before. */
  comparedDate: string | undefined;
  /** Open orders past their promise, the longest overdue first. */
  overdue: OrderList;
  /** What changed; null if it could not be read. */
  signals: VendorSignals | null;
  /** When the data was loaded, in milliseconds of the client's clock. */
  readAt: number;
}

/** The numbers of a window, and what they are compared with. */
export interface VendorNumbers {
  current: Window;
  previous: Window;
  /** Which two windows the counts are compared of: those shown, those of the day before because today is not over, or none. */
  countsOf: 'shown' | 'dayBefore' | 'none';
  /** The windows whose counts are compared: of the same number of whole days. */
  counted: [current: Window, previous: Window];
}

export async function loadVendor(id: string, search: ReportSearch, signal: AbortSignal): Promise<VendorData> {
  const { date, window, against } = search;
  const readOverdue = (isPast: boolean, day = '') => {
    const overdue = ordersBehind({ vendorId: id, date: day, isPast }, fleetCounts.delayedOrders);
    return get('/api/orders', { query: { ...overdue, limit: LIMIT } }, signal);
  };
  const readReport = (date: string | undefined) =>
    get('/vendors/{id}/report', { path: { id }, query: { date, window } }, signal);
  const readRest = (to: string) => {
    const other = comparedDate(to, against);
    const span = { from: daysBefore(to, DAYS - 1), to };
    return Promise.all([
      get('/api/vendors/{id}/history', { path: { id }, query: { ...span, window } }, signal),
      optional(readReport(daysBefore(to, 1))),
      other === undefined ? null : readReport(other),
    ]);
  };
  const [report, signals, overdueNow, restOfDate] = await Promise.all([
    readReport(date),
    optional(get('/api/vendors/{id}/signals', { path: { id }, query: { date } }, signal)),
    date === undefined ? readOverdue(false) : null,
    date === undefined ? null : readRest(date),
  ]);
  // The server states which day today is: that depends on the report time zone, and not on the client's clock.
  const to = report.report.date;
  const [history, dayBefore, compared] = restOfDate ?? (await readRest(to));
  const isPast = isOver(to, report.report.asOf, history.timeZone);
  return {
    report,
    numbers: numbersOf(report.report, dayBefore?.report ?? null, compared?.report ?? null, { window, isPast }),
    history,
    isPast,
    dayBefore: dayBefore?.report ?? null,
    comparedDate: comparedDate(to, against),
    signals,
    overdue: overdueNow ?? (await readOverdue(isPast, to)),
    readAt: Date.now(),
  };
}

const currentOf = (report: Report) => report.current ?? report.current7d;
const previousOf = (report: Report) => report.previous ?? report.previous7d;

export function numbersOf(
  report: Report,
  dayBefore: Report | null,
  compared: Report | null,
  { window: name, isPast }: { window: string | undefined; isPast: boolean },
): VendorNumbers {
  const current = currentOf(report);
  const previous = compared === null ? previousOf(report) : currentOf(compared);
  const window = windowOf(name);
  const length = ([from, to]: [string, string]) => Date.parse(to) - Date.parse(from);
  const isAsLong =
    compared !== null || length(windowDays(window, report.date)) === length(daysBeforeWindow(window, report.date));
  if (isPast && isAsLong) return { current, previous, countsOf: 'shown', counted: [current, previous] };
  if (isAsLong && compared === null && dayBefore !== null) {
    return { current, previous, countsOf: 'dayBefore', counted: [currentOf(dayBefore), previousOf(dayBefore)] };
  }
  return { current, previous, countsOf: 'none', counted: [current, previous] };
}

/** The difference of a number in two windows; null if one of them has none. */
export function difference([current, previous]: [Window, Window], name: keyof Window): number | null {
  const [one, other] = [current[name], previous[name]];
  return typeof one === 'number' && typeof other === 'number' ? one - other : null;
}
