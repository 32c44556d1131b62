import { createLazyRoute, getRouteApi } from '@tanstack/react-router';
import { RejectionsPage } from '../pages/rejections/RejectionsPage';

const route = getRouteApi('/rejections');

export const rejectionsLazyRoute = createLazyRoute('/rejections')({
  component: function Rejections() {
    return <RejectionsPage data={route.useLoaderData()} search={route.useSearch()} />;
  },
});
