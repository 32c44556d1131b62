import { ApiError, failureOf, newCorrelationId, send, TIMEOUT_MS, unreachable } from './client';

/**
 * A part of the page that is only loaded when it is needed. An import that fails does not say why, so the server is asked:
 * where it does not answer, that is the failure, an `ApiError` as of any other reading.
 */
export function lazyModule<Module>(load: () => Promise<Module>): () => Promise<Module> {
  let wasUnreachable = false;
  let loading: Promise<Module> | undefined;

  async function attempt(): Promise<Module> {
    const timeout = new Promise<never>((_, reject) => {
      setTimeout(() => reject(unreachable(newCorrelationId(), true)), TIMEOUT_MS);
    });
    try {
      return await Promise.race([load(), timeout]);
    } catch (cause) {
      try {
        if (cause instanceof ApiError) throw cause;
        await checkServer();
      } catch (error) {
        wasUnreachable = true;
        throw error;
      }
      // A browser remembers that an import failed for as long as the page is open. Only once: a part may really be missing.
      if (wasUnreachable) await reload();
      throw cause;
    } finally {
      loading = undefined;
    }
  }

  return () => {
    loading ??= attempt();
    return loading;
  };
}

/** Throws an `ApiError` unless the server answers with the page. */
async function checkServer(): Promise<void> {
  const correlationId = newCorrelationId();
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await send('/', { accept: 'text/html', token: null, correlationId, signal });
  if (!response.ok) throw await failureOf(response, correlationId, signal);
  await response.body?.cancel();
}

/** Never ends: the page does. */
function reload(): Promise<never> {
  window.location.reload();
  return new Promise(() => {});
}
