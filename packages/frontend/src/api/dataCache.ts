import type { AnyRouter, ParsedLocation } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { ApiError, mayPass } from './client';

/** A reading that failed. The page still shows what was read at `readAt`, in milliseconds of the reader's clock. */
export interface FailedRefresh {
  /** The page it is about. */
  pathname: string;
  /** What was asked for in place of what is shown; null where the same was asked for again. */
  question: ParsedLocation | null;
  readAt: number;
  error: ApiError;
}

interface Asked {
  location: ParsedLocation;
  /** `stay`: the page was there before. */
  cause: string;
  abortController: AbortController;
}

let failed: FailedRefresh | null = null;
const listeners = new Set<() => void>();

function tell(now: FailedRefresh | null): void {
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
let last: { pathname: string; href: string; readAt: number; data: unknown } | undefined;

let history: Pick<AnyRouter['history'], 'go' | 'replace'> | undefined;
/** The address of what is shown. */
let shown: ParsedLocation | undefined;
/** `asked`: the address of what is shown is asked for again, only because another one could not be read. */
let wayBack: 'none' | 'begun' | 'asked' = 'none';

/** Follows the address, so that it can become again that of what is shown. */
export function followAddress(router: Pick<AnyRouter, 'subscribe' | 'history'>): void {
  history = router.history;
  router.subscribe('onResolved', ({ toLocation }) => {
    shown = toLocation;
  });
  router.subscribe('onBeforeNavigate', ({ toLocation }) => {
    wayBack = wayBack === 'begun' && toLocation.href === shown?.href ? 'asked' : 'none';
  });
}

/**
 * `load` for a loader. Where only the search of the address is another one, it is given what the page shows. Where the
 * page was read before and cannot be read now, what was read last stays, and so does its address; that it failed is shown
 * with it. An answer that refuses the question takes the place of the page.
 */
export async function loadWithCache<Data>(
  asked: Asked,
  load: (shown: Data | undefined) => Promise<Data>,
): Promise<Data> {
  const { pathname, href } = asked.location;
  const isSamePage = asked.cause === 'stay' && last?.pathname === pathname;
  if (isSamePage && wayBack === 'asked') return last?.data as Data;
  try {
    // The same path was read by the same loader.
    const data = await load(isSamePage && last?.href !== href ? (last?.data as Data) : undefined);
    last = { pathname, href, readAt: Date.now(), data };
    tell(null);
    return data;
  } catch (error) {
    if (asked.abortController.signal.aborted) throw error;
    const isAskedAgain = shown?.pathname === pathname && shown.searchStr === asked.location.searchStr;
    // What was read with a token is for nobody who has none.
    const canStay = isAskedAgain ? error instanceof ApiError && error.code !== 'UNAUTHENTICATED' : mayPass(error);
    if (last === undefined || !isSamePage || !canStay) {
      last = undefined;
      tell(null);
      throw error;
    }
    tell({ pathname, question: isAskedAgain ? null : asked.location, readAt: last.readAt, error: error as ApiError });
    return isAskedAgain ? (last.data as Data) : turnBack(asked);
  }
}

/** Makes the address that of what is shown again; the way there ends this reading. */
function turnBack({ location, abortController: { signal } }: Asked): Promise<never> {
  const ended = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  if (shown === undefined) return ended;
  wayBack = 'begun';
  const steps = shown.state.__TSR_index - location.state.__TSR_index;
  if (steps === 0) history?.replace(shown.href, shown.state);
  else history?.go(steps);
  return ended;
}
