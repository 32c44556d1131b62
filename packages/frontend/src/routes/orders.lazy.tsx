import { createLazyRoute, getRouteApi } from '@tanstack/react-router';

export { loadOrders } from '../pages/orders/load';

import { OrdersPage } from '../pages/orders/OrdersPage';

const route = getRouteApi('/orders');

export const ordersLazyRoute = createLazyRoute('/orders')({
  component: function Orders() {
    return <OrdersPage data={route.useLoaderData()} search={route.useSearch()} />;
  },
});
