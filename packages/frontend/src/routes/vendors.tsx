import { createRoute } from '@tanstack/react-router';
import { lazyModule } from '../api/lazyModule';
import type { VendorsData } from '../pages/vendors/load';
import type { VendorsSearch } from '../pages/vendors/search';
import { ErrorState } from '../ui/ErrorState';
import { LoadingState } from '../ui/LoadingState';
import { keepShown, shouldReload } from './keepShown';
import { reportSearch } from './reportSearch';
import { FRESH_MS, rootRoute } from './root';
import { pick } from './search';

// Two modules, so that the data is requested while the page is still loading.
const page = lazyModule(() => import('./vendors.lazy'));
const data = lazyModule(() => import('../pages/vendors/load'));

export const vendorSearchNames = ['sortBy', 'order', 'q', 'risk', 'cursor', 'page'] as const;

export const vendorsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/vendors',
  validateSearch: (search): VendorsSearch => ({
    ...reportSearch(search),
    ...pick(search, vendorSearchNames),
  }),
  loaderDeps: ({ search: { page: _, ...query } }) => query,
  loader: (context) =>
    keepShown(context, async (shown: VendorsData | undefined) =>
      (await data()).loadVendors(context.deps, shown, context.abortController.signal),
    ),
  shouldReload,
  staleTime: FRESH_MS,
  pendingComponent: LoadingState,
  errorComponent: ErrorState,
}).lazy(() => page().then((module) => module.vendorsLazyRoute));
