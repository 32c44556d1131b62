import { createRoute } from '@tanstack/react-router';
import { lazyModule } from '../api/lazyModule';
import type { RecentSearch } from '../pages/recent/search';
import { ErrorState } from '../ui/ErrorState';
import { LoadingState } from '../ui/LoadingState';
import { keepShown } from './keepShown';
import { rootRoute } from './root';
import { pick } from './search';

// Two modules, so that the data is requested while the page is still loading.
const page = lazyModule(() => import('./recent.lazy'));
const data = lazyModule(() => import('../pages/recent/load'));

export const recentRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/orders/recent',
  validateSearch: (search): RecentSearch => pick(search, ['status', 'vendorId', 'hours']),
  loaderDeps: ({ search }) => search,
  loader: (context) =>
    keepShown(context, async () => {
      const { loadRecent } = await data();
      // Back shows as many pages as before. Refresh starts with the first page.
      const pages = context.cause === 'enter' ? (context.location.state.feedPages ?? 1) : 1;
      return loadRecent(context.deps, pages, context.abortController.signal);
    }),
  // "Load more" only changes the history state, which needs no reload. Refresh still reloads.
  shouldReload: ({ cause }) => (cause === 'stay' ? false : undefined),
  pendingComponent: LoadingState,
  errorComponent: ErrorState,
}).lazy(() => page().then((module) => module.recentLazyRoute));
