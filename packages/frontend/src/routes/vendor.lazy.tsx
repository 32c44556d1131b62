import { createLazyRoute, getRouteApi } from '@tanstack/react-router';
import { VendorPage } from '../pages/vendor/VendorPage';

const route = getRouteApi('/vendors/$vendorId');

export const vendorLazyRoute = createLazyRoute('/vendors/$vendorId')({
  component: function Vendor() {
    return <VendorPage data={route.useLoaderData()} search={route.useSearch()} />;
  },
});
