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
  // The way of reading comes with the page: the first page of all has no use for it.
  loader: (context) =>
    loadWithCache(context, async () => {
      const { loadVendor } = await page();
      return loadVendor(context.params.vendorId, context.deps.date, context.abortController.signal);
    }),
  // Other days of the chart are here already. Refresh reads again all the same.
  shouldReload: false,
  pendingComponent: LoadingVendor,
  errorComponent: ErrorState,
}).lazy(() => page().then((module) => module.vendorLazyRoute));
