import { createRouter } from '@tanstack/react-router';
import { followAddress } from './api/dataCache';
import type { OverviewSearch } from './pages/overview/search';
import { orderRoute } from './routes/order';
import { ordersRoute } from './routes/orders';
import { overviewRoute } from './routes/overview';
import { recentRoute } from './routes/recent';
import { rootRoute } from './routes/root';
import { parseSearch, stringifySearch } from './routes/search';
import { vendorRoute } from './routes/vendor';

/** Every opening of a page reads the server: nothing is kept, nothing is fetched before it is asked for. */
export const router = createRouter({
  routeTree: rootRoute.addChildren([overviewRoute, vendorRoute, ordersRoute, recentRoute, orderRoute]),
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
  defaultPreload: false,
  defaultGcTime: 0,
});

// Another page shows its boxes while it is read for long. Another filter of the same page leaves what there is in its place.
router.subscribe('onBeforeNavigate', ({ pathChanged }) => {
  router.options.defaultPendingMs = pathChanged ? 300 : Number.POSITIVE_INFINITY;
});

followAddress(router);

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
  interface HistoryState {
    /** The cursors of the pages before this one, so that Back works on a list that only knows where its next page begins. */
    cursorsBefore?: (string | null)[];
    /** How the list looked that this page was opened from. */
    listSearch?: OverviewSearch;
    /** The list whose link opened this page: its whole address, and what it is called. Only such a link may say so. */
    openedFrom?: { href: string; name: string };
    /** How many pages of the feed are shown, so that coming back shows as many. */
    feedPages?: number;
  }
}
