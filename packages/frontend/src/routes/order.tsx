import { createRoute } from '@tanstack/react-router';
import { lazyModule } from '../api/lazyModule';
import { ErrorState } from '../ui/ErrorState';
import { LoadingState } from '../ui/LoadingState';
import { keepShown, shouldReload } from './keepShown';
import { FRESH_MS, rootRoute } from './root';

// Two modules, so that the data is requested while the page is still loading.
const page = lazyModule(() => import('./order.lazy'));
const data = lazyModule(() => import('../pages/order/load'));

export const orderRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/orders/$orderId',
  validateSearch: (): Record<never, string> => ({}),
  loader: (context) =>
    keepShown(context, async () => (await data()).loadOrder(context.params.orderId, context.abortController.signal)),
  shouldReload,
  staleTime: FRESH_MS,
  pendingComponent: LoadingState,
  errorComponent: ErrorState,
}).lazy(() => page().then((module) => module.orderLazyRoute));
