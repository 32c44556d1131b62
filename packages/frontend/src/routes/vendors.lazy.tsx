import { createLazyRoute, getRouteApi } from '@tanstack/react-router';
import { VendorsPage } from '../pages/vendors/VendorsPage';

const route = getRouteApi('/vendors');

export const vendorsLazyRoute = createLazyRoute('/vendors')({
  component: function Vendors() {
    return <VendorsPage data={route.useLoaderData()} search={route.useSearch()} />;
  },
});
