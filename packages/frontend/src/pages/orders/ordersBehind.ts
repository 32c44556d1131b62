/** The orders behind the counts of a report, as the search of a list. The total of that list is the count. */

import type { WindowLength as Window } from '../../api/types';
import { activeStatuses, issueStatuses } from '../../format/labels';
import { type Days, daysBeforeWindow, windowDays } from '../../format/windows';
import type { DateKind, OrdersSearch } from './search';

/** A report of a vendor, or of all vendors. */
export interface ReportKey {
  vendorId?: string;
  date: string;
  /** Whether its day is over. */
  isPast: boolean;
  /** The days of its numbers; seven if undefined. */
  window?: Window;
  /** The days that they are compared with, unless it is the window before. */
  against?: Days;
}

/** The window of the report, the one it is compared with, or its date alone. */
export type WindowName = 'current7d' | 'previous7d' | 'day';

/** What a report counts: orders to which something happened in a window, or those that are something at its end. */
export interface Count {
  /** What its orders are, after the count: `16 with an issue`. */
  noun: string;
  /** What happened to them in the window. */
  happened?: DateKind;
  /** The other filters. */
  search: OrdersSearch;
}

const status = activeStatuses.join();
export const issues = issueStatuses.join();

/** The counts of the fleet; a vendor has them, too. */
export const fleetCounts = {
  totalOrders: { noun: 'placed', happened: 'date', search: {} },
  completedOrders: { noun: 'completed', happened: 'completed', search: { status: `ARRIVED,${issues}` } },
  issueCount: { noun: 'with an issue', happened: 'completed', search: { status: issues } },
  dueOrders: { noun: 'due', happened: 'due', search: {} },
  onTimeDeliveries: { noun: 'due and on time', happened: 'due', search: { onTime: 'true' } },
  activeOrders: { noun: 'open', search: { status } },
  // The first one is the one to chase first.
  delayedOrders: { noun: 'overdue', search: { status, delayed: 'true', sort: 'promise' } },
  unshippedOrders: { noun: 'unshipped', search: { status, unshipped: 'true' } },
  stalledOrders: { noun: 'stalled', search: { status, stalled: 'true' } },
} satisfies Record<string, Count>;

/** The first and the last day of a window. */
export function daysOf({ date, window = '7d', against }: ReportKey, which?: WindowName): Days {
  if (which === 'day') return [date, date];
  return which === 'previous7d' ? (against ?? daysBeforeWindow(window, date)) : windowDays(window, date);
}

export function ordersBehind(report: ReportKey, { happened, search }: Count, window?: WindowName): OrdersSearch {
  const { vendorId, date, isPast } = report;
  // Without an instant, a list is of now.
  if (happened === undefined) return { vendorId, ...search, asOf: isPast ? date : undefined };
  const [from, to] = daysOf(report, window);
  return { vendorId, [`${happened}From`]: from, [`${happened}To`]: to, ...search };
}
