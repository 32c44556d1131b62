import { ApiError, failureOf, newCorrelationId, send, TIMEOUT_MS, unreachable } from './client';

/**
 * A module that is loaded on first use. A failed import does not state its cause, so `/` is requested: if the server does
 * not respond, the error is the same `ApiError` as for any other request.
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
      // A browser caches a failed import until a reload. Reloads only after an outage: the module may really be missing.
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

/** Throws an `ApiError` unless the server responds with the page. */
async function checkServer(): Promise<void> {
  const correlationId = newCorrelationId();
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await send('/', { accept: 'text/html', token: null, correlationId, signal });
  if (!response.ok) throw await failureOf(response, correlationId, signal);
  await response.body?.cancel();
}

/** Never settles: the reload ends the page. */
function reload(): Promise<never> {
  window.location.reload();
  return new Promise(() => {});
}
