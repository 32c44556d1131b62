import { createRoute } from '@tanstack/react-router';
import { lazyModule } from '../api/lazyModule';
import type { ProofSearch } from '../pages/proof/search';
import { ErrorState } from '../ui/ErrorState';
import { LoadingState } from '../ui/LoadingState';
import { keepShown, shouldReload } from './keepShown';
import { FRESH_MS, rootRoute } from './root';
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
    keepShown(context, async () =>
      (await data()).loadProof(context.params.vendorId, context.deps, context.abortController.signal),
    ),
  shouldReload,
  staleTime: FRESH_MS,
  pendingComponent: LoadingState,
  errorComponent: ErrorState,
}).lazy(() => page().then((module) => module.proofLazyRoute));
