// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest';

beforeEach(() => {
  sessionStorage.clear();
  vi.resetModules();
});

/** The page as it is when it was loaded anew. */
const reloadModule = () => import('./token');

test('a token is kept until the tab is closed, and not in what other tabs read', async () => {
  (await reloadModule()).saveToken('secret');
  vi.resetModules();
  expect((await reloadModule()).currentToken()).toBe('secret');
  expect(localStorage.length).toBe(0);
});

test('a token that was forgotten is gone once the page is loaded anew, which forgetting does', async () => {
  const reload = vi.spyOn(window.location, 'reload').mockImplementation(() => {});
  const page = await reloadModule();
  page.saveToken('secret');
  page.forgetToken();
  expect(reload).toHaveBeenCalledOnce();
  vi.resetModules();
  expect((await reloadModule()).currentToken()).toBeNull();
});

test('where the browser keeps nothing, a token holds until the page is left', async () => {
  vi.stubGlobal('sessionStorage', undefined);
  const page = await reloadModule();
  expect(page.currentToken()).toBeNull();
  page.saveToken('secret');
  expect(page.currentToken()).toBe('secret');
  vi.unstubAllGlobals();
});
