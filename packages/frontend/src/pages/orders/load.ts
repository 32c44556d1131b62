import { get } from '../../api/client';
import { optional } from '../../api/optional';
import type { OrderList } from '../../api/types';
import { filterOf, type OrdersFilter, type OrdersSearch } from './search';

export type OrdersSummary = OrderList['summary'];

export interface OrdersData {
  list: OrderList;
  /** The summary without the status filter. */
  allStatuses: OrdersSummary;
  /** The summary of the late orders; null if the filter excludes them. */
  late: OrdersSummary | null;
  /** The name of the vendor in the filter. */
  vendorName: string | null;
  /** The time zone of the days in the filter. */
  timeZone: string | null;
  /** When the data was loaded, in milliseconds of the client's clock. */
  readAt: number;
}

/** Orders per page: fewer on a phone, where each is a card. */
function pageSize(): string {
  return window.matchMedia('(max-width: 40rem)').matches ? '20' : '50';
}

/** Sends all requests at once, so that the counts and the list are of the same moment. No summary is requested twice. */
export async function loadOrders({ page: _, ...query }: OrdersSearch, signal: AbortSignal): Promise<OrdersData> {
  const filter = filterOf(query);
  const { vendorId } = filter;
  const summary = async (parameters: OrdersFilter) =>
    (await get('/api/orders', { query: { ...parameters, limit: '1' } }, signal)).summary;
  const [list, allStatuses, late, vendor, dashboard] = await Promise.all([
    get('/api/orders', { query: { ...query, limit: pageSize() } }, signal),
    filter.status === undefined ? null : summary({ ...filter, status: undefined }),
    filter.delayed === undefined ? summary({ ...filter, delayed: 'true' }) : null,
    vendorId === undefined ? null : optional(get('/vendors/{id}/report', { path: { id: vendorId } }, signal)),
    optional(get('/dashboard/summary', {}, signal)),
  ]);
  return {
    list,
    allStatuses: allStatuses ?? list.summary,
    late: late ?? (filter.delayed === 'true' ? list.summary : null),
    vendorName: vendor?.vendor.name ?? null,
    timeZone: dashboard?.timeZone ?? null,
    readAt: Date.now(),
  };
}
