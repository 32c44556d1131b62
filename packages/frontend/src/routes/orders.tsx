import { createRoute } from '@tanstack/react-router';
import { keep } from '../api/keep';
import { filterNames, type OrdersSearch } from '../pages/orders/search';
import { ErrorState } from '../ui/ErrorState';
import { LoadingState } from '../ui/LoadingState';
import { rootRoute } from './root';
import { pick } from './search';

export const ordersRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/orders',
  validateSearch: (search): OrdersSearch => pick(search, [...filterNames, 'order', 'cursor', 'page']),
  loaderDeps: ({ search: { page: _, ...query } }) => query,
  // The way of reading comes with the page: the first page of all has no use for it.
  loader: (asked) =>
    keep(asked, async () => (await import('./orders.lazy')).loadOrders(asked.deps, asked.abortController.signal)),
  pendingComponent: LoadingState,
  errorComponent: ErrorState,
}).lazy(() => import('./orders.lazy').then((module) => module.ordersLazyRoute));
