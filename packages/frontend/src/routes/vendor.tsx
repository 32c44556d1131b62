import { createRoute } from '@tanstack/react-router';
import { keep } from '../api/keep';
import type { VendorSearch } from '../pages/vendor/search';
import { ErrorState } from '../ui/ErrorState';
import { LoadingState } from '../ui/LoadingState';
import { rootRoute } from './root';
import { pick } from './search';

export const vendorRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/vendors/$vendorId',
  validateSearch: ({ days, ...search }): VendorSearch => ({
    ...pick(search, ['date']),
    days: String(days) === '90' ? '90' : undefined,
  }),
  loaderDeps: ({ search: { date } }) => ({ date }),
  loader: (asked) =>
    keep(asked, async () => {
      // Not with the first page, which pays for every byte.
      const { loadVendor } = await import('../pages/vendor/load');
      return loadVendor(asked.params.vendorId, asked.deps.date, asked.abortController.signal);
    }),
  // Other days of the chart are here already. Refresh reads again all the same.
  shouldReload: false,
  pendingComponent: LoadingState,
  errorComponent: ErrorState,
}).lazy(() => import('./vendor.lazy').then((module) => module.vendorLazyRoute));
