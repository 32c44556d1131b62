import { createLazyRoute, getRouteApi } from '@tanstack/react-router';
import { OrdersPage } from '../pages/orders/OrdersPage';

const route = getRouteApi('/orders');

export const ordersLazyRoute = createLazyRoute('/orders')({
  component: function Orders() {
    return <OrdersPage data={route.useLoaderData()} />;
  },
});
