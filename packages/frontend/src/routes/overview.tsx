import { createRoute, redirect } from '@tanstack/react-router';
import { loadOverview } from '../pages/overview/load';
import { OverviewPage } from '../pages/overview/OverviewPage';
import { ErrorState } from '../ui/ErrorState';
import { LoadingOverview } from '../ui/LoadingState';
import { keepShown, shouldReload } from './keepShown';
import { type ReportSearch, reportSearch } from './reportSearch';
import { FRESH_MS, rootRoute } from './root';
import { vendorSearchNames } from './vendors';

export const overviewRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  validateSearch: (search): ReportSearch => reportSearch(search),
  // Before there was a page of all vendors, they were filtered here.
  beforeLoad: ({ location }) => {
    const search = location.search as Record<string, unknown>;
    if (vendorSearchNames.some((name) => name in search)) throw redirect({ to: '/vendors', search, replace: true });
  },
  loaderDeps: ({ search }) => search,
  loader: (context) => keepShown(context, () => loadOverview(context.deps, context.abortController.signal)),
  component: function Overview() {
    return <OverviewPage data={overviewRoute.useLoaderData()} search={overviewRoute.useSearch()} />;
  },
  shouldReload,
  staleTime: FRESH_MS,
  pendingComponent: LoadingOverview,
  errorComponent: ErrorState,
});
