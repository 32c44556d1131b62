import type { Parameters } from '../../api/types';
import { activeStatuses } from '../../format/labels';
import { pick } from '../../routes/search';

type Query = NonNullable<Parameters<'/api/orders'>['query']>;

/** What happened to an order on a day, as the names of the parameters begin: `dueFrom`, `dueTo`. `date` is the placement. */
export const dateKinds = ['date', 'due', 'completed', 'shipDue', 'handedOver', 'returned', 'refunded'] as const;
export type DateKind = (typeof dateKinds)[number];

export const filterNames = [
  'vendorId',
  'status',
  'outcome',
  ...dateKinds.flatMap((kind) => [`${kind}From`, `${kind}To`] as const),
  'dueSince',
  'placedSince',
  'delayed',
  'onTime',
  'shippedOnTime',
  'delayedByHours',
  'unshipped',
  'stalled',
  'valueFrom',
  'valueTo',
  'giftType',
  'carrier',
  'region',
  'isRush',
  'promiseDays',
  'asOf',
  'q',
] as const satisfies (keyof Query)[];

/** The filter, with the names of the API. Days are those of the report time zone, as `2026-01-31`. */
export type OrdersFilter = Pick<Query, (typeof filterNames)[number]>;

/** The search parameters of the orders. `page` is the page number of the cursor, from 1; for display only. */
export type OrdersSearch = OrdersFilter & Pick<Query, 'sort' | 'order' | 'cursor'> & { page?: string };

/**
 * The parameters of an address that the page has. The server validates them. Of all orders of a past day it has no list: without another
 * filter, the list is of those that were open then.
 */
export function ordersSearch(address: OrdersSearch): OrdersSearch {
  const search: OrdersSearch = pick({ ...address }, [...filterNames, 'sort', 'order', 'cursor', 'page']);
  const isAll = Object.keys(search).every(
    (name) => !filterNames.some((filter) => filter === name && filter !== 'asOf'),
  );
  return search.asOf !== undefined && isAll ? { ...search, status: activeStatuses.join() } : search;
}

/** The search without sort and page. */
export function filterOf(search: OrdersSearch): OrdersFilter {
  return Object.fromEntries(filterNames.map((name) => [name, search[name]]));
}

/** The search for orders to which something happened from one day to another one, both included. */
export function period(kind: DateKind, from: string | undefined, to: string | undefined): OrdersFilter {
  return { [`${kind}From`]: from, [`${kind}To`]: to };
}

/** The first and the last day of a period. */
export function periodOf(filter: OrdersFilter, kind: DateKind): [from: string | undefined, to: string | undefined] {
  return [filter[`${kind}From`], filter[`${kind}To`]];
}

/** Whether a filter selects by what happened to the orders after their placement. Such a list is sorted by that. */
export function isSortedByPeriod(filter: OrdersFilter): boolean {
  const isPeriod = (kind: DateKind) => kind !== 'date' && periodOf(filter, kind).some((day) => day !== undefined);
  const { onTime, shippedOnTime, dueSince } = filter;
  const isAbout = [onTime, shippedOnTime, dueSince].some((value) => value !== undefined);
  return isAbout || dateKinds.some(isPeriod);
}

/** Whether the filter says how late its orders are, so that the number of late ones adds nothing. */
export function isAboutLateness(filter: OrdersFilter): boolean {
  return filter.onTime !== undefined || isOverdue(filter);
}

/** Whether the filter selects open orders whose promise has passed. */
export function isOverdue({ delayed, delayedByHours, status }: OrdersFilter): boolean {
  return delayedByHours !== undefined || (delayed === 'true' && status === activeStatuses.join());
}
