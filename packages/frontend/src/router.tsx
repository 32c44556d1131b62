import { createRouter } from '@tanstack/react-router';
import { trackLocation } from './api/dataCache';
import { orderRoute } from './routes/order';
import { ordersRoute } from './routes/orders';
import { overviewRoute } from './routes/overview';
import { proofRoute } from './routes/proof';
import { recentRoute } from './routes/recent';
import { rejectionsRoute } from './routes/rejections';
import { rootRoute } from './routes/root';
import { parseSearch, stringifySearch } from './routes/search';
import { vendorRoute } from './routes/vendor';
import { vendorsRoute } from './routes/vendors';

/** Each navigation to a page reads the server: the router caches nothing and preloads nothing. */
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
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
  defaultPreload: false,
  defaultGcTime: 0,
});

// Another page that loads slowly shows placeholders. Another filter of the same page keeps the shown content.
router.subscribe('onBeforeNavigate', ({ pathChanged }) => {
  router.options.defaultPendingMs = pathChanged ? 300 : Number.POSITIVE_INFINITY;
});

trackLocation(router);

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
