import type { AnyRouter, ParsedLocation } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { ApiError, isTransient } from './client';

/** A load that failed. The page still shows the data loaded at `readAt`, in milliseconds of the client's clock. */
export interface FailedRefresh {
  /** The page that failed to load. */
  pathname: string;
  /** The location that failed to load; null if the shown location failed to refresh. */
  target: ParsedLocation | null;
  readAt: number;
  error: ApiError;
}

interface LoaderContext {
  location: ParsedLocation;
  /** `stay`: the same page was shown before. */
  cause: string;
  abortController: AbortController;
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

/** The data loaded last. One page is shown at a time. */
let lastRead: { pathname: string; href: string; readAt: number; data: unknown } | undefined;

let history: Pick<AnyRouter['history'], 'go' | 'replace'> | undefined;
/** The location of the shown data. */
let shown: ParsedLocation | undefined;
/** `loading`: the router loads the shown location again after another one failed; its data needs no request. */
let restoration: 'none' | 'started' | 'loading' = 'none';

/** Tracks the location of the shown data, so that a failed load can restore it. */
export function trackLocation(router: Pick<AnyRouter, 'subscribe' | 'history'>): void {
  history = router.history;
  router.subscribe('onResolved', ({ toLocation }) => {
    shown = toLocation;
  });
  router.subscribe('onBeforeNavigate', ({ toLocation }) => {
    restoration = restoration === 'started' && toLocation.href === shown?.href ? 'loading' : 'none';
  });
}

/**
 * Runs `load` for a route's loader. If only the search of the address changed, `load` receives the shown data. If the
 * shown page cannot be loaded again, its data and its address stay, and `useFailedRefresh` reports the failure. A response
 * that rejects the request replaces the page.
 */
export async function loadWithCache<Data>(
  context: LoaderContext,
  load: (shown: Data | undefined) => Promise<Data>,
): Promise<Data> {
  const { pathname, href } = context.location;
  const isSamePage = context.cause === 'stay' && lastRead?.pathname === pathname;
  if (isSamePage && restoration === 'loading') return lastRead?.data as Data;
  try {
    // A path always has the same loader, so the data has the same type.
    const data = await load(isSamePage && lastRead?.href !== href ? (lastRead?.data as Data) : undefined);
    lastRead = { pathname, href, readAt: Date.now(), data };
    setFailed(null);
    return data;
  } catch (error) {
    if (context.abortController.signal.aborted) throw error;
    const isRefresh = shown?.pathname === pathname && shown.searchStr === context.location.searchStr;
    // Data that was read with a token must not stay visible without one.
    const canStay = isRefresh ? error instanceof ApiError && error.code !== 'UNAUTHENTICATED' : isTransient(error);
    if (lastRead === undefined || !isSamePage || !canStay) {
      lastRead = undefined;
      setFailed(null);
      throw error;
    }
    setFailed({
      pathname,
      target: isRefresh ? null : context.location,
      readAt: lastRead.readAt,
      error: error as ApiError,
    });
    return isRefresh ? (lastRead.data as Data) : restoreAddress(context);
  }
}

/** Restores the address of the shown data. That navigation aborts this load. */
function restoreAddress({ location, abortController: { signal } }: LoaderContext): Promise<never> {
  const ended = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  if (shown === undefined) return ended;
  restoration = 'started';
  const steps = shown.state.__TSR_index - location.state.__TSR_index;
  if (steps === 0) history?.replace(shown.href, shown.state);
  else history?.go(steps);
  return ended;
}
