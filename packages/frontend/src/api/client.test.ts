import { afterEach, describe, expect, test, vi } from 'vitest';
import { ApiError, get } from './client';
import { saveToken } from './token';

const signal = new AbortController().signal;

function stubResponse(body: string, init: ResponseInit) {
  const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(new Response(body, init)));
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

async function readError(): Promise<ApiError> {
  const error = await get('/dashboard/summary', {}, signal).catch((caught: unknown) => caught);
  if (error instanceof ApiError) return error;
  throw new Error(`Expected an ApiError, got ${String(error)}`);
}

afterEach(() => vi.unstubAllGlobals());

describe('the client', () => {
  test('encodes values in the path and the query', async () => {
    const fetch = stubResponse('{}', { headers: { 'content-type': 'application/json' } });
    await get('/vendors/{id}/report', { path: { id: 'a:b/c' }, query: { date: undefined } }, signal);
    await get('/api/vendors', { query: { q: 'Paper & Ink' } }, signal);
    expect(fetch.mock.calls.map(([url]) => url)).toEqual(['/vendors/a%3Ab%2Fc/report', '/api/vendors?q=Paper+%26+Ink']);
  });

  test('reports the problem of the server with its correlation id', async () => {
    const problem = {
      code: 'INVALID_PARAMETER',
      title: 'A parameter is not valid',
      detail: 'The date cannot be read.',
      errors: [{ field: 'date', reason: 'is not a date' }],
      correlationId: 'c-1',
    };
    stubResponse(JSON.stringify(problem), { status: 400, headers: { 'content-type': 'application/problem+json' } });
    const { code, title, message, fields, correlationId } = await readError();
    expect({ code, title, detail: message, errors: fields, correlationId }).toEqual(problem);
  });

  test('reports when to retry if the server states it', async () => {
    const retryAfterOf = async (headers: Record<string, string>) => {
      const problem = { code: 'OVERLOADED', title: 'Too much', detail: 'Busy.', errors: [], correlationId: 'c-1' };
      stubResponse(JSON.stringify(problem), {
        status: 503,
        headers: { 'content-type': 'application/problem+json', ...headers },
      });
      return (await readError()).retryAfter;
    };
    expect(await retryAfterOf({ 'retry-after': '7' })).toBe(7);
    expect(await retryAfterOf({})).toBeNull();
    expect(
      await retryAfterOf({ 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }),
      'only seconds are supported',
    ).toBeNull();
  });

  test('sends no token, the current token, or the token under test', async () => {
    const fetch = stubResponse('{}', { headers: { 'content-type': 'application/json' } });
    await get('/api/vendors', {}, signal);
    saveToken('current');
    await get('/api/vendors', {}, signal);
    await get('/api/vendors', {}, signal, 'candidate');
    const sent = fetch.mock.calls.map(([, init]) => new Headers(init?.headers).get('authorization'));
    expect(sent).toEqual([null, 'Bearer current', 'Bearer candidate']);
  });

  test('reports an error page of a proxy as unreadable', async () => {
    stubResponse('<h1>Bad gateway</h1>', { status: 502, headers: { 'content-type': 'text/html' } });
    expect(await readError()).toMatchObject({
      code: 'UNREADABLE',
      correlationId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  test('reports an HTML page as unreadable, even with status 200', async () => {
    stubResponse('<!doctype html>', { status: 200, headers: { 'content-type': 'text/html' } });
    expect((await readError()).code).toBe('UNREADABLE');
  });

  test('reports a server without a response as unreachable', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    expect((await readError()).code).toBe('UNREACHABLE');
  });
});
