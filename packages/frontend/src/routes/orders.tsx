import { createRoute } from '@tanstack/react-router';
import { lazyModule } from '../api/lazyModule';
import type { OrdersSearch } from '../pages/orders/search';
import { ErrorState } from '../ui/ErrorState';
import { LoadingState } from '../ui/LoadingState';
import { keepShown, shouldReload } from './keepShown';
import { FRESH_MS, rootRoute } from './root';

// Two modules, so that the data is requested while the page is still loading.
const page = lazyModule(() => import('./orders.lazy'));
const data = lazyModule(() => import('../pages/orders/load'));

export const ordersRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/orders',
  // The lazy module picks the parameters, to keep the first page small.
  validateSearch: (search) => search as OrdersSearch,
  loaderDeps: ({ search: { page: _, ...query } }) => query,
  loader: (context) =>
    keepShown(context, async () => (await data()).loadOrders(context.deps, context.abortController.signal)),
  shouldReload,
  staleTime: FRESH_MS,
  pendingComponent: LoadingState,
  errorComponent: ErrorState,
}).lazy(() => page().then((module) => module.ordersLazyRoute));
