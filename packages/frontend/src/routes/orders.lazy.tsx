import { createLazyRoute, getRouteApi } from '@tanstack/react-router';

import { OrdersPage } from '../pages/orders/OrdersPage';
import { ordersSearch } from '../pages/orders/search';

const route = getRouteApi('/orders');

export const ordersLazyRoute = createLazyRoute('/orders')({
  component: function Orders() {
    return <OrdersPage data={route.useLoaderData()} search={ordersSearch(route.useSearch())} />;
  },
});
