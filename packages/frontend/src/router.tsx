import { createRouter } from '@tanstack/react-router';
import { type ShownPage, shownBy } from './routes/keepShown';
import { orderRoute } from './routes/order';
import { ordersRoute } from './routes/orders';
import { overviewRoute } from './routes/overview';
import { proofRoute } from './routes/proof';
import { recentRoute } from './routes/recent';
import { rejectionsRoute } from './routes/rejections';
import { FRESH_MS, rootRoute } from './routes/root';
import { parseSearch, stringifySearch } from './routes/search';
import { vendorRoute } from './routes/vendor';
import { vendorsRoute } from './routes/vendors';

/** Placeholders appear after this time, in milliseconds. */
const PENDING_MS = 300;

/** Nothing is preloaded. A page that was left a moment ago is shown again as it was; see `staleTime` of each route. */
export const router = createRouter({
  routeTree: rootRoute.addChildren([
    overviewRoute,
    vendorsRoute,
    vendorRoute,
    proofRoute,
    ordersRoute,
    recentRoute,
    orderRoute,
    rejectionsRoute,
  ]),
  context: { shown: (): ShownPage | undefined => shownBy(router) },
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
  defaultPreload: false,
  defaultPendingMs: PENDING_MS,
  defaultGcTime: FRESH_MS,
  // Old numbers are not shown while newer ones load.
  defaultStaleReloadMode: 'blocking',
});

// Another page that loads slowly shows placeholders. Another filter of the same page keeps the shown content.
router.subscribe('onBeforeNavigate', ({ pathChanged }) => {
  const defaultPendingMs = pathChanged ? PENDING_MS : Number.POSITIVE_INFINITY;
  if (router.options.defaultPendingMs !== defaultPendingMs) router.update({ ...router.options, defaultPendingMs });
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
  interface HistoryState {
    /** The cursors of the previous pages, for Back: the API only returns the cursor of the next page. */
    cursorsBefore?: (string | null)[];
    /** The address and the name of the page whose link opened this one. Only such a link sets it. */
    openedFrom?: { href: string; name: string };
    /** The number of feed pages shown, so that Back shows as many. */
    feedPages?: number;
  }
}
