import { createRoute } from '@tanstack/react-router';
import { lazyModule } from '../api/lazyModule';
import type { VendorSearch } from '../pages/vendor/search';
import { ErrorState } from '../ui/ErrorState';
import { LoadingVendor } from '../ui/LoadingState';
import { keepShown, shouldReload } from './keepShown';
import { reportSearch } from './reportSearch';
import { FRESH_MS, rootRoute } from './root';

// Two modules, so that the data is requested while the page is still loading.
const page = lazyModule(() => import('./vendor.lazy'));
const data = lazyModule(() => import('../pages/vendor/load'));

export const vendorRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/vendors/$vendorId',
  validateSearch: ({ days, ...search }): VendorSearch => ({
    ...reportSearch(search),
    days: String(days) === '90' ? '90' : undefined,
  }),
  loaderDeps: ({ search: { days: _, ...report } }) => report,
  loader: (context) =>
    keepShown(context, async () => {
      const { loadVendor } = await data();
      return loadVendor(context.params.vendorId, context.deps, context.abortController.signal);
    }),
  shouldReload,
  staleTime: FRESH_MS,
  pendingComponent: LoadingVendor,
  errorComponent: ErrorState,
}).lazy(() => page().then((module) => module.vendorLazyRoute));
