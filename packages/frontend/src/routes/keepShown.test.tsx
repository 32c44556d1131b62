// @vitest-environment happy-dom
import {
  createMemoryHistory,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
} from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError, type FailureCode } from '../api/client';
import {
  type FailedRefresh,
  keepShown,
  type RouterContext,
  type ShownPage,
  shouldReload,
  shownBy,
  useFailedRefresh,
} from './keepShown';
import { parseSearch, stringifySearch } from './search';

const failed = (code: FailureCode) =>
  new ApiError({ code, title: 'No', detail: 'No.', correlationId: 'c-1', fields: [] });

/** The loads of all pages: the address, and the data that was shown. */
const load = vi.fn<(href: string, shown: string | undefined) => Promise<string>>();
const loaded = () => load.mock.calls.map(([href]) => href);
const down = (code: FailureCode = 'UNREACHABLE') => load.mockRejectedValue(failed(code));
const up = () => load.mockImplementation(async (href, shown) => `${href} after ${shown}`);

let unmount = () => {};
afterEach(() => unmount());
// The router warns of each failed page.
beforeEach(() => void vi.spyOn(console, 'warn').mockReturnValue());

/** The router with two pages, at `/`. `content` is what it shows. */
async function start() {
  load.mockReset();
  up();
  let notice: FailedRefresh | null = null;
  const root = createRootRouteWithContext<RouterContext>()({
    component: function Root() {
      notice = useFailedRefresh();
      return <Outlet />;
    },
  });
  const page = <Path extends string>(path: Path) =>
    createRoute({
      getParentRoute: () => root,
      path,
      validateSearch: (search): Record<string, string> => search as Record<string, string>,
      loaderDeps: ({ search: { days: _, ...query } }) => query,
      loader: (context) => keepShown<string>(context, (shown) => load(context.location.href, shown)),
      shouldReload,
      staleTime: 1000,
      errorComponent: ({ error }) => `error ${(error as ApiError).code}`,
    });
  const router = createRouter({
    routeTree: root.addChildren([page('/'), page('/orders')]),
    context: { shown: (): ShownPage | undefined => shownBy(router) },
    history: createMemoryHistory(),
    parseSearch,
    stringifySearch,
    defaultStaleReloadMode: 'blocking',
  });
  const app = createRoot(document.createElement('div'), { onCaughtError: () => {} });
  app.render(<RouterProvider router={router} />);
  unmount = () => app.unmount();
  const content = () => {
    const match = router.state.matches.at(-1);
    return match?.status === 'error' ? `error ${(match.error as ApiError).code}` : match?.loaderData;
  };
  await vi.waitFor(() => expect(content()).toBe('/ after undefined'));
  return {
    router,
    content,
    notice: () => notice,
    refresh: () => router.invalidate({ sync: true }),
    /** Opens another address, and waits until the router has settled. */
    async go(href: string) {
      router.history.push(href);
      await vi.waitFor(() => expect(router.state).toMatchObject({ status: 'idle', isLoading: false }));
    },
  };
}

test('a failed refresh keeps the shown data; another page does not', async () => {
  const { content, notice, refresh, go } = await start();
  down();
  await refresh();
  expect(content()).toBe('/ after undefined');
  expect(notice()).toMatchObject({ pathname: '/', target: null });
  await refresh();
  expect(content()).toBe('/ after undefined');
  await go('/orders');
  expect(content()).toBe('error UNREACHABLE');
  expect(notice()).toBeNull();
  up();
  await refresh();
  expect(content()).toBe('/orders after undefined');
});

test('a bug of the page replaces it', async () => {
  const { content, refresh } = await start();
  load.mockRejectedValue(new TypeError('a bug of the page'));
  await refresh();
  expect(content()).toBe('error undefined');
});

test('a failed search restores the address of the shown data without another request', async () => {
  const { router, content, notice, refresh, go } = await start();
  await go('/?risk=low');
  down();
  for (const move of [() => router.history.push('/?risk=high'), () => router.history.back()]) {
    load.mockClear();
    router.clearCache();
    move();
    await vi.waitFor(() => expect(notice()?.target).toBeTruthy());
    await vi.waitFor(() => expect(router.state.resolvedLocation?.href).toBe('/?risk=low'));
    await vi.waitFor(() => expect(router.state.status).toBe('idle'));
    expect(content()).toBe('/?risk=low after / after undefined');
    expect(loaded()).toHaveLength(1);
  }
  up();
  await refresh();
  expect(content(), 'Refresh').toBe('/?risk=low after undefined');
  expect(notice()).toBeNull();
});

test('a failed search that replaced the entry of the history is replaced back', async () => {
  const { router, notice } = await start();
  const { length } = router.history;
  down();
  router.history.replace('/?risk=high');
  await vi.waitFor(() => expect(notice()?.target?.href).toBe('/?risk=high'));
  await vi.waitFor(() => expect(router.history.location.href).toBe('/'));
  expect(router.history.length).toBe(length);
});

test.each(['INVALID_CURSOR', 'DATE_EXPIRED', 'UNAUTHENTICATED', 'FORBIDDEN'] as const)(
  'a request that is rejected with %s replaces the page',
  async (code) => {
    const { content, go } = await start();
    down(code);
    await go('/?risk=high');
    expect(content()).toBe(`error ${code}`);
  },
);

test('a refresh after a search that needed no request keeps the shown data', async () => {
  const { content, refresh, go } = await start();
  await go('/?days=90');
  expect(loaded()).toEqual(['/']);
  down();
  await refresh();
  expect(content()).toBe('/ after undefined');
});

test('another search of the same page receives the shown data; a refresh and other pages do not', async () => {
  const { content, refresh, go } = await start();
  await go('/?a=1');
  expect(content()).toBe('/?a=1 after / after undefined');
  await refresh();
  expect(content()).toBe('/?a=1 after undefined');
  await go('/orders?a=1');
  expect(content()).toBe('/orders?a=1 after undefined');
});

test('Back shows what is fresh without a request', async () => {
  const { router, content, go } = await start();
  await go('/orders');
  load.mockClear();
  router.history.back();
  await vi.waitFor(() => expect(content()).toBe('/ after undefined'));
  expect(loaded()).toEqual([]);
});

test('data that was read with a token is dropped once the token is rejected', async () => {
  const { content, refresh } = await start();
  down('UNAUTHENTICATED');
  await refresh();
  expect(content()).toBe('error UNAUTHENTICATED');
  down();
  await refresh();
  expect(content()).toBe('error UNREACHABLE');
});
