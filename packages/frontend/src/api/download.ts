import { ApiError, failureOf, newCorrelationId, send, TIMEOUT_MS } from './client';
import { currentToken } from './token';

/** Saves what `url` answers under `name`: a link cannot bring the token. Throws an `ApiError`. */
export async function download(url: string, name: string): Promise<void> {
  const correlationId = newCorrelationId();
  const controller = new AbortController();
  // Until it begins to come: how long all of it takes, nobody knows.
  const timer = setTimeout(() => controller.abort(new DOMException('No answer', 'TimeoutError')), TIMEOUT_MS);
  const { signal } = controller;
  const response = await send(url, { accept: '*/*', token: currentToken(), correlationId, signal });
  clearTimeout(timer);
  if (!response.ok) throw await failureOf(response, correlationId, signal);
  save(await readBody(response, correlationId), name);
}

/** The browser may put it on the disk as it comes. */
async function readBody(response: Response, correlationId: string): Promise<Blob> {
  try {
    return await response.blob();
  } catch (cause) {
    throw new ApiError({
      code: 'UNREACHABLE',
      title: 'The file broke off',
      detail: 'The answer broke off before its end, and nothing was saved.',
      correlationId,
      fields: [],
      cause,
    });
  }
}

function save(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser reads it after this.
  setTimeout(() => URL.revokeObjectURL(link.href), TIMEOUT_MS);
}
