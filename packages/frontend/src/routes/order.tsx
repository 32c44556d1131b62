import { createRoute } from '@tanstack/react-router';
import { keep } from '../api/keep';
import { part } from '../api/part';
import { ErrorState } from '../ui/ErrorState';
import { LoadingState } from '../ui/LoadingState';
import { rootRoute } from './root';

const page = part(() => import('./order.lazy'));

export const orderRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/orders/$orderId',
  validateSearch: (): Record<never, string> => ({}),
  loader: (asked) =>
    keep(asked, async () => (await page()).loadOrder(asked.params.orderId, asked.abortController.signal)),
  pendingComponent: LoadingState,
  errorComponent: ErrorState,
}).lazy(() => page().then((module) => module.orderLazyRoute));
