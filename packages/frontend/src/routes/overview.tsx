import { createRoute } from '@tanstack/react-router';
import { loadWithCache } from '../api/dataCache';
import { loadOverview, type OverviewData } from '../pages/overview/load';
import { OverviewPage } from '../pages/overview/OverviewPage';
import type { OverviewSearch } from '../pages/overview/search';
import { ErrorState } from '../ui/ErrorState';
import { LoadingOverview } from '../ui/LoadingState';
import { rootRoute } from './root';
import { pick } from './search';

export const overviewRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  validateSearch: (search): OverviewSearch => pick(search, ['date', 'sortBy', 'order', 'q', 'risk', 'cursor', 'page']),
  loaderDeps: ({ search: { page: _, ...query } }) => query,
  loader: (context) =>
    loadWithCache(context, (shown: OverviewData | undefined) =>
      loadOverview(context.deps, shown, context.abortController.signal),
    ),
  component: function Overview() {
    return <OverviewPage data={overviewRoute.useLoaderData()} search={overviewRoute.useSearch()} />;
  },
  pendingComponent: LoadingOverview,
  errorComponent: ErrorState,
});
