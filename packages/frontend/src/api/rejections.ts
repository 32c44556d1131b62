import type { components } from '@goody/api';
import { failureOf, newCorrelationId, TIMEOUT_MS, unreachable } from './client';
import { currentToken } from './token';

export type RetryAnswer = components['schemas']['RetryAnswer'];

/** Takes in again what was refused. Throws an `ApiError`. */
export async function retryRejection(id: string): Promise<RetryAnswer> {
  const correlationId = newCorrelationId();
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const token = currentToken();
  let response: Response;
  try {
    response = await fetch(`/api/rejections/${encodeURIComponent(id)}/retry`, {
      method: 'POST',
      headers: { 'x-correlation-id': correlationId, ...(token !== null && { authorization: `Bearer ${token}` }) },
      signal,
    });
    if (response.ok) return (await response.json()) as RetryAnswer;
  } catch (cause) {
    throw unreachable(correlationId, signal.aborted, cause);
  }
  throw await failureOf(response, correlationId, signal);
}
