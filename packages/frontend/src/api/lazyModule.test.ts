import { afterEach, expect, test, vi } from 'vitest';
import { lazyModule } from './lazyModule';

const fault = new TypeError('Failed to fetch dynamically imported module');
const reload = vi.fn();
vi.stubGlobal('window', { location: { reload } });

afterEach(() => reload.mockReset());

const server = (answer: () => Promise<Response>) => vi.stubGlobal('fetch', vi.fn(answer));
const unreachable = () => Promise.reject(new TypeError('Failed to fetch'));
const running = async () => new Response('<!doctype html>');

test('a part that cannot be loaded from a server that does not answer says so, and not how an import fails', async () => {
  server(unreachable);
  await expect(lazyModule(() => Promise.reject(fault))()).rejects.toMatchObject({ code: 'UNREACHABLE' });
  server(async () => new Response('Bad Gateway', { status: 502 }));
  await expect(lazyModule(() => Promise.reject(fault))()).rejects.toMatchObject({ code: 'UNREADABLE' });
  expect(reload).not.toHaveBeenCalled();
});

test('a part is loaded when asked for again', async () => {
  server(unreachable);
  const load = vi.fn().mockRejectedValueOnce(fault).mockResolvedValue('part');
  const page = lazyModule(load);
  await expect(page()).rejects.toMatchObject({ code: 'UNREACHABLE' });
  await expect(page()).resolves.toBe('part');
});

test('where the browser remembers that an import failed, the page is loaded again once the server answers', async () => {
  const page = lazyModule(() => Promise.reject(fault));
  server(unreachable);
  await expect(page()).rejects.toMatchObject({ code: 'UNREACHABLE' });
  server(running);
  void page();
  await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
});

test('a part that is missing on a server that answers is a fault: loading the page again and again would not help', async () => {
  server(running);
  const page = lazyModule(() => Promise.reject(fault));
  // The route and its loader ask at the same time.
  await expect(Promise.allSettled([page(), page()])).resolves.toEqual(
    Array(2).fill({ status: 'rejected', reason: fault }),
  );
  expect(reload).not.toHaveBeenCalled();
});

test('an import that nobody answers is given up as any other reading is', async () => {
  vi.useFakeTimers();
  const reading = expect(lazyModule(() => new Promise(() => {}))()).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: 'There was no answer within 30 seconds.',
  });
  await vi.advanceTimersByTimeAsync(30_000);
  await reading;
  vi.useRealTimers();
});
