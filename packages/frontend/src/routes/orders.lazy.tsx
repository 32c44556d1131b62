import { createLazyRoute, getRouteApi } from '@tanstack/react-router';

import { loadOrders as load, type OrdersData } from '../pages/orders/load';
import { OrdersPage } from '../pages/orders/OrdersPage';
import { type OrdersSearch, ordersSearch } from '../pages/orders/search';

const route = getRouteApi('/orders');

export function loadOrders(address: OrdersSearch, signal: AbortSignal): Promise<OrdersData> {
  return load(ordersSearch(address), signal);
}

export const ordersLazyRoute = createLazyRoute('/orders')({
  component: function Orders() {
    return <OrdersPage data={route.useLoaderData()} search={ordersSearch(route.useSearch())} />;
  },
});
