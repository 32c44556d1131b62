import { createRoute } from '@tanstack/react-router';
import { get } from '../api/client';
import { ErrorState } from '../ui/ErrorState';
import { LoadingState } from '../ui/LoadingState';
import { rootRoute } from './root';

export const orderRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/orders/$orderId',
  validateSearch: (): Record<never, string> => ({}),
  loader: ({ params, abortController }) =>
    get('/api/orders/{id}', { path: { id: params.orderId } }, abortController.signal),
  pendingComponent: LoadingState,
  errorComponent: ErrorState,
}).lazy(() => import('./order.lazy').then((module) => module.orderLazyRoute));
