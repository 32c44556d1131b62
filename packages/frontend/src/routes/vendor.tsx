import { createRoute } from '@tanstack/react-router';
import { loadWithCache } from '../api/dataCache';
import { lazyModule } from '../api/lazyModule';
import type { VendorSearch } from '../pages/vendor/search';
import { ErrorState } from '../ui/ErrorState';
import { LoadingVendor } from '../ui/LoadingState';
import { reportSearch } from './reportSearch';
import { rootRoute } from './root';

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
    loadWithCache(context, async () => {
      const { loadVendor } = await data();
      return loadVendor(context.params.vendorId, context.deps, context.abortController.signal);
    }),
  // The other days of the chart are already loaded. Refresh still reloads.
  shouldReload: false,
  pendingComponent: LoadingVendor,
  errorComponent: ErrorState,
}).lazy(() => page().then((module) => module.vendorLazyRoute));
