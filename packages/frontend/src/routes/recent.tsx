import { createRoute } from '@tanstack/react-router';
import { loadWithCache } from '../api/dataCache';
import { lazyModule } from '../api/lazyModule';
import type { RecentSearch } from '../pages/recent/search';
import { ErrorState } from '../ui/ErrorState';
import { LoadingState } from '../ui/LoadingState';
import { rootRoute } from './root';
import { pick } from './search';

const page = lazyModule(() => import('./recent.lazy'));

export const recentRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/orders/recent',
  validateSearch: (search): RecentSearch => pick(search, ['status', 'vendorId', 'hours']),
  loaderDeps: ({ search }) => search,
  loader: (context) =>
    loadWithCache(context, async () => {
      const { loadRecent } = await page();
      // Coming back shows as many pages as were left. Refresh starts anew.
      const pages = context.cause === 'enter' ? (context.location.state.feedPages ?? 1) : 1;
      return loadRecent(context.deps, pages, context.abortController.signal);
    }),
  // That more of the feed is shown is only noted in the history. Refresh reads again all the same.
  shouldReload: false,
  pendingComponent: LoadingState,
  errorComponent: ErrorState,
}).lazy(() => page().then((module) => module.recentLazyRoute));
