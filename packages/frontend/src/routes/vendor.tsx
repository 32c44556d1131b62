import { createRoute } from '@tanstack/react-router';
import { loadWithCache } from '../api/dataCache';
import { lazyModule } from '../api/lazyModule';
import type { VendorSearch } from '../pages/vendor/search';
import { ErrorState } from '../ui/ErrorState';
import { LoadingVendor } from '../ui/LoadingState';
import { rootRoute } from './root';
import { pick } from './search';

const page = lazyModule(() => import('./vendor.lazy'));

export const vendorRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/vendors/$vendorId',
  validateSearch: ({ days, ...search }): VendorSearch => ({
    ...pick(search, ['date']),
    days: String(days) === '90' ? '90' : undefined,
  }),
  loaderDeps: ({ search: { date } }) => ({ date }),
  // The loader is in the lazy module, to keep the first page small.
  loader: (context) =>
    loadWithCache(context, async () => {
      const { loadVendor } = await page();
      return loadVendor(context.params.vendorId, context.deps.date, context.abortController.signal);
    }),
  // The other days of the chart are already loaded. Refresh still reloads.
  shouldReload: false,
  pendingComponent: LoadingVendor,
  errorComponent: ErrorState,
}).lazy(() => page().then((module) => module.vendorLazyRoute));
