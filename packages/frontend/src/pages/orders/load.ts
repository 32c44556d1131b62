import { get } from '../../api/client';
import type { OrderList } from '../../api/types';
import type { OrdersSearch } from './search';

/** Orders on one page of the list. */
const LIMIT = '50';

export interface OrdersData {
  list: OrderList;
}

export async function loadOrders({ page: _, ...query }: OrdersSearch, signal: AbortSignal): Promise<OrdersData> {
  return { list: await get('/api/orders', { query: { ...query, limit: LIMIT } }, signal) };
}
