import { createLazyRoute, getRouteApi } from '@tanstack/react-router';

import { OrderPage } from '../pages/order/OrderPage';

const route = getRouteApi('/orders/$orderId');

export const orderLazyRoute = createLazyRoute('/orders/$orderId')({
  component: function Order() {
    return <OrderPage data={route.useLoaderData()} search={route.useSearch()} />;
  },
});
