// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest';

beforeEach(() => {
  sessionStorage.clear();
  vi.resetModules();
});

/** The module as after a reload of the page. */
const reloadModule = () => import('./token');

test('a token is stored until the tab is closed, and not for other tabs', async () => {
  (await reloadModule()).saveToken('secret');
  vi.resetModules();
  expect((await reloadModule()).currentToken()).toBe('secret');
  expect(localStorage.length).toBe(0);
});

test('forgetting a token removes it and reloads the page', async () => {
  const reload = vi.spyOn(window.location, 'reload').mockImplementation(() => {});
  const page = await reloadModule();
  page.saveToken('secret');
  page.forgetToken();
  expect(reload).toHaveBeenCalledOnce();
  vi.resetModules();
  expect((await reloadModule()).currentToken()).toBeNull();
});

test('without browser storage, a token lasts until the page is closed', async () => {
  vi.stubGlobal('sessionStorage', undefined);
  const page = await reloadModule();
  expect(page.currentToken()).toBeNull();
  page.saveToken('secret');
  expect(page.currentToken()).toBe('secret');
  vi.unstubAllGlobals();
});
