import type { AnyRouter, ParsedLocation } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { ApiError, isTransient } from './client';

/** A reading that failed. The page still shows what was read at `readAt`, in milliseconds of the reader's clock. */
export interface FailedRefresh {
  /** The page it is about. */
  pathname: string;
  /** What was asked for in place of what is shown; null where the same was asked for again. */
  target: ParsedLocation | null;
  readAt: number;
  error: ApiError;
}

interface LoaderContext {
  location: ParsedLocation;
  /** `stay`: the page was there before. */
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

/** What was read last. There is one page at a time. */
let lastRead: { pathname: string; href: string; readAt: number; data: unknown } | undefined;

let history: Pick<AnyRouter['history'], 'go' | 'replace'> | undefined;
/** The address of what is shown. */
let shown: ParsedLocation | undefined;
/** `context`: the address of what is shown is asked for again, only because another one could not be read. */
let restoration: 'none' | 'started' | 'loading' = 'none';

/** Follows the address, so that it can become again that of what is shown. */
export function followAddress(router: Pick<AnyRouter, 'subscribe' | 'history'>): void {
  history = router.history;
  router.subscribe('onResolved', ({ toLocation }) => {
    shown = toLocation;
  });
  router.subscribe('onBeforeNavigate', ({ toLocation }) => {
    restoration = restoration === 'started' && toLocation.href === shown?.href ? 'loading' : 'none';
  });
}

/**
 * `load` for a loader. Where only the search of the address is another one, it is given what the page shows. Where the
 * page was read before and cannot be read now, what was read last stays, and so does its address; that it failed is shown
 * with it. An answer that refuses the question takes the place of the page.
 */
export async function loadWithCache<Data>(
  context: LoaderContext,
  load: (shown: Data | undefined) => Promise<Data>,
): Promise<Data> {
  const { pathname, href } = context.location;
  const isSamePage = context.cause === 'stay' && lastRead?.pathname === pathname;
  if (isSamePage && restoration === 'loading') return lastRead?.data as Data;
  try {
    // The same path was read by the same loader.
    const data = await load(isSamePage && lastRead?.href !== href ? (lastRead?.data as Data) : undefined);
    lastRead = { pathname, href, readAt: Date.now(), data };
    setFailed(null);
    return data;
  } catch (error) {
    if (context.abortController.signal.aborted) throw error;
    const isRefresh = shown?.pathname === pathname && shown.searchStr === context.location.searchStr;
    // What was read with a token is for nobody who has none.
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

/** Makes the address that of what is shown again; the way there ends this reading. */
function restoreAddress({ location, abortController: { signal } }: LoaderContext): Promise<never> {
  const ended = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  if (shown === undefined) return ended;
  restoration = 'started';
  const steps = shown.state.__TSR_index - location.state.__TSR_index;
  if (steps === 0) history?.replace(shown.href, shown.state);
  else history?.go(steps);
  return ended;
}
