import { createRoute } from '@tanstack/react-router';
import { get } from '../api/client';
import type { RecentSearch } from '../pages/recent/search';
import { ErrorState } from '../ui/ErrorState';
import { LoadingState } from '../ui/LoadingState';
import { rootRoute } from './root';
import { pick } from './search';

export const recentRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/orders/recent',
  validateSearch: (search): RecentSearch => pick(search, ['status', 'vendorId', 'hours']),
  loaderDeps: ({ search }) => search,
  loader: ({ deps, abortController }) => get('/api/orders/recent', { query: deps }, abortController.signal),
  pendingComponent: LoadingState,
  errorComponent: ErrorState,
}).lazy(() => import('./recent.lazy').then((module) => module.recentLazyRoute));
