import { createRoute } from '@tanstack/react-router';
import { lazyModule } from '../api/lazyModule';
import type { RejectionsSearch } from '../pages/rejections/load';
import { ErrorState } from '../ui/ErrorState';
import { LoadingState } from '../ui/LoadingState';
import { keepShown, shouldReload } from './keepShown';
import { rootRoute } from './root';

// Two modules, so that the data is requested while the page is still loading.
const page = lazyModule(() => import('./rejections.lazy'));
const data = lazyModule(() => import('../pages/rejections/load'));

export const rejectionsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/rejections',
  // The server validates the parameters.
  validateSearch: (search) => search as RejectionsSearch,
  loaderDeps: ({ search: { page: _, ...query } }) => query,
  loader: (context) =>
    keepShown(context, async () => (await data()).loadRejections(context.deps, context.abortController.signal)),
  shouldReload,
  pendingComponent: LoadingState,
  errorComponent: ErrorState,
}).lazy(() => page().then((module) => module.rejectionsLazyRoute));
