import { createRoute } from '@tanstack/react-router';
import { loadWithCache } from '../api/dataCache';
import { lazyModule } from '../api/lazyModule';
import { ErrorState } from '../ui/ErrorState';
import { LoadingState } from '../ui/LoadingState';
import { rootRoute } from './root';

// Two modules, so that the data is requested while the page is still loading.
const page = lazyModule(() => import('./order.lazy'));
const data = lazyModule(() => import('../pages/order/load'));

export const orderRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/orders/$orderId',
  validateSearch: (): Record<never, string> => ({}),
  loader: (context) =>
    loadWithCache(context, async () =>
      (await data()).loadOrder(context.params.orderId, context.abortController.signal),
    ),
  pendingComponent: LoadingState,
  errorComponent: ErrorState,
}).lazy(() => page().then((module) => module.orderLazyRoute));
