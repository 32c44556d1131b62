import { afterEach, describe, expect, test, vi } from 'vitest';
import { ApiError } from './client';
import { type DemoProgress, fillWithDemo, linesOf } from './demo';

/** A body that arrives in these parts. With `error`, the connection ends after them. */
function bodyOf(parts: (string | Uint8Array<ArrayBuffer>)[], error?: Error): ReadableStream<Uint8Array<ArrayBuffer>> {
  const left = [...parts];
  return new ReadableStream({
    pull(controller) {
      const part = left.shift();
      if (part !== undefined) controller.enqueue(typeof part === 'string' ? new TextEncoder().encode(part) : part);
      else if (error !== undefined) controller.error(error);
      else controller.close();
    },
  });
}

function stubResponse(body: BodyInit, init: ResponseInit = {}) {
  const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(new Response(body, init)));
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

async function fill(): Promise<{ steps: DemoProgress[]; error: unknown }> {
  const steps: DemoProgress[] = [];
  const error = await fillWithDemo((progress) => steps.push(progress)).catch((caught: unknown) => caught);
  return { steps, error };
}

const first = { events: 2000, percent: 20.5, isComplete: false };
const last = { events: 3000, percent: 100, isComplete: true };

afterEach(() => vi.unstubAllGlobals());

describe('the lines of a body', () => {
  test('are the same wherever the body is cut', async () => {
    const text = '{"a":"ü"}\n{"b":1}\nend';
    const bytes = new TextEncoder().encode(text);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const lines: string[] = [];
      for await (const line of linesOf(bodyOf([bytes.slice(0, cut), bytes.slice(cut)]))) lines.push(line);
      expect(lines, `cut at byte ${cut}`).toEqual(text.split('\n'));
    }
  });
});

describe('filling the database with demo orders', () => {
  test('reports each step, and ends with the last one', async () => {
    const fetch = stubResponse(
      bodyOf([`${JSON.stringify(first)}\n${JSON.stringify(last).slice(0, 9)}`, `${JSON.stringify(last).slice(9)}\n`]),
    );
    expect(await fill()).toEqual({ steps: [first, last], error: undefined });
    expect(fetch.mock.calls.map(([url, options]) => [url, options?.method])).toEqual([['/api/demo', 'POST']]);
  });

  test('fails if the response ends before the last step, with or without an error', async () => {
    for (const error of [undefined, new TypeError('network error')]) {
      stubResponse(bodyOf([`${JSON.stringify(first)}\n`], error));
      const failed = await fill();
      expect(failed.steps).toEqual([first]);
      expect(failed.error).toBeInstanceOf(ApiError);
      expect(failed.error).toMatchObject({ title: 'The demo orders are incomplete', cause: error });
    }
  });

  test('fails with the problem of the server', async () => {
    const problem = {
      code: 'NOT_EMPTY',
      title: 'The database is not empty',
      detail: 'It has events.',
      errors: [],
      correlationId: 'c-1',
    };
    stubResponse(JSON.stringify(problem), { status: 409, headers: { 'content-type': 'application/problem+json' } });
    const { steps, error } = await fill();
    expect(steps).toEqual([]);
    expect(error).toMatchObject({ code: 'NOT_EMPTY', message: 'It has events.', correlationId: 'c-1' });
  });

  test('fails if the server cannot be reached', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    expect((await fill()).error).toMatchObject({ code: 'UNREACHABLE' });
  });
});
