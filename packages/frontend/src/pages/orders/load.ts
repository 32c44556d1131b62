import { get } from '../../api/client';
import { optional } from '../../api/optional';
import type { OrderList } from '../../api/types';
import { activeStatuses, endedStatuses } from '../../format/labels';
import { isOver } from '../../format/times';
import { filterOf, isAboutLateness, type OrdersFilter, type OrdersSearch, ordersSearch, periodOf } from './search';

export type OrdersSummary = OrderList['summary'];

export interface OrdersData {
  list: OrderList;
  /** The summary without the status filter. */
  allStatuses: OrdersSummary;
  /** The summary of the late orders; null if the filter excludes them, or is about them. */
  late: OrdersSummary | null;
  /** The name of the vendor in the filter. */
  vendorName: string | null;
  /** The time zone of the days in the filter. */
  timeZone: string | null;
  /** The day of the list, and whether it is over; null if the list is of an instant, or it could not be read. */
  day: { date: string; isPast: boolean } | null;
  /** The currency of the values in the filter: that of the listed orders, or of most overdue ones. */
  currency: string;
  /** The instant of the list in milliseconds: now, by the client's clock, or a past one. */
  at: number;
}

/** Orders per page: fewer on a phone, where each is a card. */
function pageSize(): string {
  return window.matchMedia('(max-width: 40rem)').matches ? '20' : '50';
}

/** Sends all requests at once, so that the counts and the list are of the same moment. No summary is requested twice. */
export async function loadOrders(address: OrdersSearch, signal: AbortSignal): Promise<OrdersData> {
  const { page: _, ...query } = ordersSearch(address);
  const filter = filterOf(query);
  const { vendorId, status, outcome, delayed, asOf } = filter;
  const isDay = asOf !== undefined && !asOf.includes('T');
  const summary = async (parameters: OrdersFilter) =>
    (await get('/api/orders', { query: { ...parameters, limit: '1' } }, signal)).summary;
  const all = allStatusesOf(filter);
  const asksLate = delayed === undefined && !isAboutLateness(filter);
  const [list, allStatuses, late, vendor, dashboard] = await Promise.all([
    get('/api/orders', { query: { ...query, limit: pageSize() } }, signal),
    (status ?? outcome) === all ? null : summary({ ...filter, status: all, outcome: undefined }),
    asksLate ? summary({ ...filter, delayed: 'true' }) : null,
    vendorId === undefined ? null : optional(get('/vendors/{id}/report', { path: { id: vendorId } }, signal)),
    optional(get('/dashboard/summary', { query: { date: isDay ? asOf : undefined } }, signal)),
  ]);
  return {
    list,
    allStatuses: allStatuses ?? list.summary,
    late: late ?? (delayed === 'true' ? list.summary : null),
    vendorName: vendor?.vendor.name ?? null,
    timeZone: dashboard?.timeZone ?? null,
    day:
      dashboard === null || (asOf !== undefined && !isDay)
        ? null
        : { date: dashboard.date, isPast: isOver(dashboard.date, dashboard.asOf, dashboard.timeZone) },
    currency: list.orders[0]?.currency ?? dashboard?.overdueValue?.[0]?.currency ?? 'USD',
    at: asOf === undefined ? Date.now() : Date.parse((isDay && dashboard?.asOf) || asOf),
  };
}

/** The statuses that the counts by status have: all those that the other filters allow. Undefined is every status. */
function allStatusesOf(filter: OrdersFilter): string | undefined {
  // Without a status, the server leaves the cancelled orders out of those that ended in a period.
  if (periodOf(filter, 'completed').some((day) => day !== undefined)) return endedStatuses.join();
  // Of all vendors, it only knows the open orders of a past instant.
  const { asOf, vendorId, status } = filter;
  const isOpen = status?.split(',').every((one) => activeStatuses.some((active) => active === one));
  return asOf !== undefined && vendorId === undefined && isOpen ? activeStatuses.join() : undefined;
}
