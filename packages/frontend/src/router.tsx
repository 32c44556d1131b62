import { createRouter } from '@tanstack/react-router';
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
  defaultPendingMs: 300,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
  interface HistoryState {
    /** The cursors of the pages before this one, so that Back works on a list that only knows where its next page begins. */
    cursorsBefore?: (string | null)[];
    /** How the list looked that this page was opened from. */
    listSearch?: OverviewSearch;
  }
}
