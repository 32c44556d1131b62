import { createRoute } from '@tanstack/react-router';
import { keep } from '../api/keep';
import { ErrorState } from '../ui/ErrorState';
import { LoadingState } from '../ui/LoadingState';
import { rootRoute } from './root';

export const orderRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/orders/$orderId',
  validateSearch: (): Record<never, string> => ({}),
  loader: (asked) =>
    keep(asked, async () =>
      (await import('./order.lazy')).loadOrder(asked.params.orderId, asked.abortController.signal),
    ),
  pendingComponent: LoadingState,
  errorComponent: ErrorState,
}).lazy(() => import('./order.lazy').then((module) => module.orderLazyRoute));
