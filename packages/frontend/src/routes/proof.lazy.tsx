import { createLazyRoute, getRouteApi } from '@tanstack/react-router';
import { ProofPage } from '../pages/proof/ProofPage';

const route = getRouteApi('/vendors/$vendorId/proof');

export const proofLazyRoute = createLazyRoute('/vendors/$vendorId/proof')({
  component: function Proof() {
    return <ProofPage data={route.useLoaderData()} search={route.useSearch()} />;
  },
});
