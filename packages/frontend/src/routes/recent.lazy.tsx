import { createLazyRoute, getRouteApi } from '@tanstack/react-router';
import { RecentPage } from '../pages/recent/RecentPage';

const route = getRouteApi('/orders/recent');

export const recentLazyRoute = createLazyRoute('/orders/recent')({
  component: function Recent() {
    return <RecentPage data={route.useLoaderData()} search={route.useSearch()} />;
  },
});
