import { afterEach, expect, test, vi } from 'vitest';
import { lazyModule } from './lazyModule';

const importError = new TypeError('Failed to fetch dynamically imported module');
const reload = vi.fn();
vi.stubGlobal('window', { location: { reload } });

afterEach(() => reload.mockReset());

const server = (answer: () => Promise<Response>) => vi.stubGlobal('fetch', vi.fn(answer));
const unreachable = () => Promise.reject(new TypeError('Failed to fetch'));
const running = async () => new Response('<!doctype html>');

test('a module of an unavailable server fails with the error of the server, not of the import', async () => {
  server(unreachable);
  await expect(lazyModule(() => Promise.reject(importError))()).rejects.toMatchObject({ code: 'UNREACHABLE' });
  server(async () => new Response('Bad Gateway', { status: 502 }));
  await expect(lazyModule(() => Promise.reject(importError))()).rejects.toMatchObject({ code: 'UNREADABLE' });
  expect(reload).not.toHaveBeenCalled();
});

test('the next call loads a module that failed', async () => {
  server(unreachable);
  const load = vi.fn().mockRejectedValueOnce(importError).mockResolvedValue('module');
  const page = lazyModule(load);
  await expect(page()).rejects.toMatchObject({ code: 'UNREACHABLE' });
  await expect(page()).resolves.toBe('module');
});

test('after an outage, an import that the browser remembers as failed reloads the page', async () => {
  const page = lazyModule(() => Promise.reject(importError));
  server(unreachable);
  await expect(page()).rejects.toMatchObject({ code: 'UNREACHABLE' });
  server(running);
  void page();
  await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
});

test('a module that a running server does not have is an error without a reload', async () => {
  server(running);
  const page = lazyModule(() => Promise.reject(importError));
  // The route and its loader call it at the same time.
  await expect(Promise.allSettled([page(), page()])).resolves.toEqual(
    Array(2).fill({ status: 'rejected', reason: importError }),
  );
  expect(reload).not.toHaveBeenCalled();
});

test('an import without a response times out like any other request', async () => {
  vi.useFakeTimers();
  const result = expect(lazyModule(() => new Promise(() => {}))()).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: 'No response within 30 seconds.',
  });
  await vi.advanceTimersByTimeAsync(30_000);
  await result;
  vi.useRealTimers();
});
