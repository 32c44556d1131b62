import { createRoute } from '@tanstack/react-router';
import { get } from '../api/client';
import { ErrorState } from '../ui/ErrorState';
import { LoadingState } from '../ui/LoadingState';
import { rootRoute } from './root';
import { pick } from './search';

export const vendorRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/vendors/$vendorId',
  validateSearch: (search): { date?: string } => pick(search, ['date']),
  loaderDeps: ({ search }) => search,
  loader: ({ params, deps, abortController }) =>
    get('/vendors/{id}/report', { path: { id: params.vendorId }, query: deps }, abortController.signal),
  pendingComponent: LoadingState,
  errorComponent: ErrorState,
}).lazy(() => import('./vendor.lazy').then((module) => module.vendorLazyRoute));
