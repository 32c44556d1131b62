import { ApiError, failureOf, newCorrelationId, send, TIMEOUT_MS } from './client';
import { currentToken } from './token';

/** Saves the response of `url` as the file `name`: a link cannot send the token. Throws an `ApiError`. */
export async function download(url: string, name: string): Promise<void> {
  const correlationId = newCorrelationId();
  const controller = new AbortController();
  // Limits the time until the response starts; a large file may take longer.
  const timer = setTimeout(() => controller.abort(new DOMException('No response', 'TimeoutError')), TIMEOUT_MS);
  const { signal } = controller;
  const response = await send(url, { accept: '*/*', token: currentToken(), correlationId, signal });
  clearTimeout(timer);
  if (!response.ok) throw await failureOf(response, correlationId, signal);
  save(await readBody(response, correlationId), name);
}

/** As a blob, which the browser may store on disk. */
async function readBody(response: Response, correlationId: string): Promise<Blob> {
  try {
    return await response.blob();
  } catch (cause) {
    throw new ApiError({
      code: 'UNREACHABLE',
      title: 'The download failed',
      detail: 'The connection ended before the file was complete. Nothing was saved.',
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
  // The browser reads the file after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), TIMEOUT_MS);
}
