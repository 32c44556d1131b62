import { get } from '../../api/client';
import { optional } from '../../api/optional';
import type { OrderList } from '../../api/types';
import { filterOf, type OrdersFilter, type OrdersSearch } from './search';

export type OrdersSummary = OrderList['summary'];

export interface OrdersData {
  list: OrderList;
  /** The orders of all the filters but that of status. */
  allStatuses: OrdersSummary;
  /** Those of the whole filter that are past their promise. */
  late: OrdersSummary | null;
  /** What the vendor of the filter is called. */
  vendorName: string | null;
  /** The zone of the days in the filter. */
  timeZone: string | null;
  /** When this was read, in milliseconds of the reader's clock. */
  readAt: number;
}

/** Orders on one page of the list. A phone shows each as a card, and scrolls long enough with fewer. */
function pageSize(): string {
  return window.matchMedia('(max-width: 40rem)').matches ? '20' : '50';
}

/** All at once, so that the counts and the list are of the same moment. What one answer already says is not asked for again. */
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
