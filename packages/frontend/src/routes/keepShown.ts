import type { AnyRouteMatch, AnyRouter, ParsedLocation, RouterHistory } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { ApiError, isTransient } from '../api/client';

/** What the loaders of pages know of the router: the page that stays until they have loaded another one. */
export interface RouterContext {
  shown: () => ShownPage | undefined;
}

export interface ShownPage {
  location: ParsedLocation;
  /** The router's cache entry of its data. */
  match: Pick<AnyRouteMatch, 'status' | 'loaderData' | 'updatedAt'>;
  history: Pick<RouterHistory, 'go' | 'replace'>;
}

/** The page that `router` shows; undefined before the first one. */
export function shownBy({ state, history }: Pick<AnyRouter, 'state' | 'history'>): ShownPage | undefined {
  const { resolvedLocation, matches } = state;
  const match = matches.at(-1);
  return resolvedLocation === undefined || match === undefined
    ? undefined
    : { location: resolvedLocation, match, history };
}

/** A load that failed. The page still shows the data loaded at `readAt`, in milliseconds of the client's clock. */
export interface FailedRefresh {
  /** The page that failed to load. */
  pathname: string;
  /** The location that failed to load; null if the shown location failed to refresh. */
  target: ParsedLocation | null;
  readAt: number;
  error: ApiError;
}

let failed: FailedRefresh | null = null;
const listeners = new Set<() => void>();

function setFailed(now: FailedRefresh | null): void {
  failed = now;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useFailedRefresh(): FailedRefresh | null {
  return useSyncExternalStore(subscribe, () => failed);
}

interface LoaderContext {
  location: ParsedLocation;
  /** `stay`: the same page was shown before. */
  cause: string;
  abortController: AbortController;
  context: RouterContext;
}

/**
 * Runs `load` for a route's loader. If only the search of the address changed, `load` receives the shown data. If the
 * shown page cannot be loaded again, its data and its address stay, and `useFailedRefresh` reports the failure. A response
 * that rejects the request replaces the page.
 */
export async function keepShown<Data>(
  { location, cause, abortController: { signal }, context }: LoaderContext,
  load: (shown: Data | undefined) => Promise<Data>,
): Promise<Data> {
  const page = context.shown();
  const isSamePage = cause === 'stay' && page?.location.pathname === location.pathname;
  // A path always has the same loader, so the data has the same type.
  const shown = isSamePage && page.match.status === 'success' ? (page.match.loaderData as Data | undefined) : undefined;
  const isRefresh = page?.location.searchStr === location.searchStr;
  try {
    const data = await load(isRefresh ? undefined : shown);
    setFailed(null);
    return data;
  } catch (error) {
    if (signal.aborted) throw error;
    // Data that was read with a token must not stay visible without one.
    const canStay = isRefresh ? error instanceof ApiError && error.code !== 'UNAUTHENTICATED' : isTransient(error);
    if (page === undefined || shown === undefined || !canStay) {
      setFailed(null);
      throw error;
    }
    setFailed({
      pathname: location.pathname,
      target: isRefresh ? null : location,
      // Data that stayed after a failure has the time of that failure.
      readAt: failed?.pathname === location.pathname ? failed.readAt : page.match.updatedAt,
      error: error as ApiError,
    });
    return isRefresh ? shown : restoreAddress(page, location, signal);
  }
}

/**
 * Whether a page is loaded again that is still shown because another one failed to load. It needs no request, unless it is to be
 * refreshed. Undefined leaves the decision to the router.
 */
export function shouldReload({ location, context }: Pick<LoaderContext, 'location' | 'context'>): false | undefined {
  const isRestored = failed?.target != null && context.shown()?.location.href === location.href;
  return isRestored ? false : undefined;
}

/** Restores the address of the shown data. That navigation aborts this load. */
function restoreAddress({ location, history }: ShownPage, from: ParsedLocation, signal: AbortSignal): Promise<never> {
  const ended = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const steps = location.state.__TSR_index - from.state.__TSR_index;
  if (steps === 0) history.replace(location.href, location.state);
  else history.go(steps);
  return ended;
}
