import type { components } from '@goody/api';
import { ApiError, failureOf, newCorrelationId, TIMEOUT_MS, unreachable } from './client';
import { currentToken } from './token';

export type DemoProgress = components['schemas']['DemoProgress'];

/**
 * Fills the empty database with demo orders, and reports each step. Returns when every report includes them. Throws an `ApiError`.
 */
export async function fillWithDemo(onProgress: (progress: DemoProgress) => void): Promise<void> {
  const correlationId = newCorrelationId();
  const controller = new AbortController();
  // Limits the time until the response starts. The orders may take longer.
  const timer = setTimeout(() => controller.abort(), TIMEOUT_MS);
  const response = await post(correlationId, controller.signal);
  clearTimeout(timer);
  if (!response.ok || response.body === null) throw await failureOf(response, correlationId, controller.signal);
  let isComplete = false;
  let cause: unknown;
  try {
    for await (const line of linesOf(response.body)) {
      const progress = JSON.parse(line) as DemoProgress;
      isComplete = progress.isComplete;
      onProgress(progress);
    }
  } catch (error) {
    cause = error;
  }
  if (!isComplete) throw incomplete(correlationId, cause);
}

async function post(correlationId: string, signal: AbortSignal): Promise<Response> {
  const token = currentToken();
  try {
    return await fetch('/api/demo', {
      method: 'POST',
      headers: { 'x-correlation-id': correlationId, ...(token !== null && { authorization: `Bearer ${token}` }) },
      signal,
    });
  } catch (cause) {
    throw unreachable(correlationId, signal.aborted, cause);
  }
}

function incomplete(correlationId: string, cause: unknown): ApiError {
  return new ApiError({
    code: 'UNREACHABLE',
    title: 'The demo orders are incomplete',
    detail:
      'The connection ended before every demo order was stored. The command goody backfill adds the missing ones.',
    correlationId,
    fields: [],
    cause,
  });
}

/** The lines of a body, each as soon as it is complete. */
export async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    rest += decoder.decode(value, { stream: !done });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (done) break;
  }
  if (rest !== '') yield rest;
}
