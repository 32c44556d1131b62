import { createRoute } from '@tanstack/react-router';
import { lazyModule } from '../api/lazyModule';
import type { OrderSearch } from '../pages/order/load';
import { ErrorState } from '../ui/ErrorState';
import { LoadingState } from '../ui/LoadingState';
import { keepShown, shouldReload } from './keepShown';
import { FRESH_MS, rootRoute } from './root';
import { pick } from './search';

// Two modules, so that the data is requested while the page is still loading.
const page = lazyModule(() => import('./order.lazy'));
const data = lazyModule(() => import('../pages/order/load'));

export const orderRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/orders/$orderId',
  validateSearch: (search): OrderSearch => pick(search, ['asOf']),
  loaderDeps: ({ search }) => search,
  loader: (context) =>
    keepShown(context, async () =>
      (await data()).loadOrder(context.params.orderId, context.deps, context.abortController.signal),
    ),
  shouldReload,
  staleTime: FRESH_MS,
  pendingComponent: LoadingState,
  errorComponent: ErrorState,
}).lazy(() => page().then((module) => module.orderLazyRoute));
