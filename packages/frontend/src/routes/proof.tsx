import { createRoute } from '@tanstack/react-router';
import { loadWithCache } from '../api/dataCache';
import { lazyModule } from '../api/lazyModule';
import type { ProofSearch } from '../pages/proof/search';
import { ErrorState } from '../ui/ErrorState';
import { LoadingState } from '../ui/LoadingState';
import { rootRoute } from './root';
import { pick } from './search';

// Two modules, so that the data is requested while the page is still loading.
const page = lazyModule(() => import('./proof.lazy'));
const data = lazyModule(() => import('../pages/proof/load'));

export const proofRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/vendors/$vendorId/proof',
  validateSearch: (search): ProofSearch => pick(search, ['date', 'window', 'of']),
  loaderDeps: ({ search }) => search,
  loader: (context) =>
    loadWithCache(context, async () =>
      (await data()).loadProof(context.params.vendorId, context.deps, context.abortController.signal),
    ),
  pendingComponent: LoadingState,
  errorComponent: ErrorState,
}).lazy(() => page().then((module) => module.proofLazyRoute));
