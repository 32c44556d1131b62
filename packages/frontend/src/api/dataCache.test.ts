import type { ParsedLocation } from '@tanstack/react-router';
import { beforeEach, expect, test, vi } from 'vitest';
import { ApiError, type FailureCode } from './client';
import { loadWithCache, trackLocation } from './dataCache';

const failed = (code: FailureCode) =>
  new ApiError({ code, title: 'No', detail: 'No.', correlationId: 'c-1', fields: [] });
const failure = failed('UNREACHABLE');
const failing = () => Promise.reject(failure);

/** A router that only changes the address. */
const handlers = new Map<string, (move: { toLocation: ParsedLocation }) => void>();
const history = { go: vi.fn(), replace: vi.fn() };
trackLocation({ subscribe: (type: string, listener: never) => handlers.set(type, listener), history } as never);

beforeEach(() => {
  history.go.mockReset();
  history.replace.mockReset();
});

function at(href: string, index = 0): ParsedLocation {
  const searchStr = href.replace(/^[^?]*/, '');
  return { pathname: href.replace(/\?.*/, ''), href, searchStr, state: { __TSR_index: index } } as ParsedLocation;
}

const loaderContext = (href: string, cause = 'stay', index = 0) => ({
  location: at(href, index),
  cause,
  abortController: new AbortController(),
});

/** Navigates to `href` and loads it. */
async function open(href: string, load: () => Promise<string>, cause?: string, index?: number): Promise<string> {
  handlers.get('onBeforeNavigate')?.({ toLocation: at(href, index) });
  const data = await loadWithCache(loaderContext(href, cause, index), load);
  handlers.get('onResolved')?.({ toLocation: at(href, index) });
  return data;
}

test('a failed refresh keeps the shown data; other failures do not', async () => {
  await expect(open('/', failing, 'enter'), 'there is no data yet').rejects.toBe(failure);
  await expect(open('/', async () => 'numbers', 'enter')).resolves.toBe('numbers');
  await expect(open('/', failing)).resolves.toBe('numbers');
  await expect(open('/', failing, 'enter'), 'the page was opened again').rejects.toBe(failure);
  await expect(open('/', failing), 'the data is no longer shown').rejects.toBe(failure);
  await open('/', async () => 'numbers', 'enter');
  const bug = new TypeError('a bug of the page');
  await expect(open('/', () => Promise.reject(bug))).rejects.toBe(bug);
});

test('a failed search restores the address of the shown data without another request', async () => {
  await open('/', async () => 'numbers', 'enter', 3);
  for (const index of [4, 2]) {
    const context = loaderContext('/?risk=high', 'stay', index);
    handlers.get('onBeforeNavigate')?.({ toLocation: context.location });
    const loading = loadWithCache(context, failing);
    await vi.waitFor(() => expect(history.go).toHaveBeenCalledWith(3 - index));
    // The navigation back aborts the failed load.
    const end = new DOMException('Gone', 'AbortError');
    context.abortController.abort(end);
    await expect(loading).rejects.toBe(end);
    await expect(open('/', () => Promise.reject(new Error('read again')), 'stay', 3)).resolves.toBe('numbers');
  }
  await expect(
    open('/', async () => 'newer', 'stay', 3),
    'Refresh',
  ).resolves.toBe('newer');
  expect(history.replace).not.toHaveBeenCalled();
});

test('a failed search that replaced the history entry is replaced back', async () => {
  await open('/', async () => 'numbers', 'enter', 3);
  void loadWithCache(loaderContext('/?risk=high', 'stay', 3), failing);
  await vi.waitFor(() => expect(history.replace).toHaveBeenCalledWith('/', at('/', 3).state));
});

test.each(['INVALID_CURSOR', 'DATE_EXPIRED', 'UNAUTHENTICATED', 'FORBIDDEN'] as const)(
  'a request that is rejected with %s replaces the page',
  async (code) => {
    await open('/', async () => 'numbers', 'enter');
    const rejection = failed(code);
    await expect(open('/?risk=high', () => Promise.reject(rejection))).rejects.toBe(rejection);
    expect(history.go).not.toHaveBeenCalled();
  },
);

test('a refresh after a search that needed no request keeps the shown data', async () => {
  await open('/', async () => 'numbers', 'enter');
  handlers.get('onResolved')?.({ toLocation: at('/?days=90') });
  await expect(open('/?days=90', failing)).resolves.toBe('numbers');
});

test('another search of the same page receives the shown data; a refresh and other pages do not', async () => {
  const load = async (href: string, cause?: string) =>
    loadWithCache<string>(loaderContext(href, cause), async (before) => `${href} after ${before}`);
  await expect(load('/orders', 'enter')).resolves.toBe('/orders after undefined');
  await expect(load('/orders?a')).resolves.toBe('/orders?a after /orders after undefined');
  await expect(load('/orders?a')).resolves.toBe('/orders?a after undefined');
  await expect(load('/orders?b', 'enter')).resolves.toBe('/orders?b after undefined');
  await expect(load('/?b')).resolves.toBe('/?b after undefined');
});

test('data that was read with a token is dropped once the token is rejected', async () => {
  const rejection = failed('UNAUTHENTICATED');
  await expect(open('/', async () => 'numbers', 'enter')).resolves.toBe('numbers');
  await expect(open('/', () => Promise.reject(rejection))).rejects.toBe(rejection);
  await expect(open('/', failing)).rejects.toBe(failure);
});
