import { ApiError, failureOf, newCorrelationId, PATIENCE, send } from './client';
import { keptToken } from './token';

/** Saves what `url` answers under `name`: a link cannot bring the token. Throws an `ApiError`. */
export async function download(url: string, name: string): Promise<void> {
  const correlationId = newCorrelationId();
  const patience = new AbortController();
  // Until it begins to come: how long all of it takes, nobody knows.
  const wait = setTimeout(() => patience.abort(new DOMException('No answer', 'TimeoutError')), PATIENCE);
  const { signal } = patience;
  const response = await send(url, { accept: '*/*', token: keptToken(), correlationId, signal });
  clearTimeout(wait);
  if (!response.ok) throw await failureOf(response, correlationId, signal);
  save(await whole(response, correlationId), name);
}

/** The browser may put it on the disk as it comes. */
async function whole(response: Response, correlationId: string): Promise<Blob> {
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
  setTimeout(() => URL.revokeObjectURL(link.href), PATIENCE);
}
