import { useSyncExternalStore } from 'react';
import { ApiError } from './client';

/** A Refresh that failed. The page still shows what was read at `readAt`, in milliseconds of the reader's clock. */
export interface FailedRefresh {
  /** The page it is about. */
  href: string;
  readAt: number;
  error: ApiError;
}

interface Asked {
  location: { pathname: string; href: string };
  /** `stay`: the page was there before. */
  cause: string;
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

/**
 * `load` for a loader. Where only the search of the address is another one, it is given what the page shows. Where the
 * page was read before and reading it again fails, what was read last stays; that it failed is told beside it.
 */
export async function keep<Data>(asked: Asked, load: (shown: Data | undefined) => Promise<Data>): Promise<Data> {
  const { pathname, href } = asked.location;
  const isMoreOfIt = asked.cause === 'stay' && last?.pathname === pathname && last.href !== href;
  try {
    // The same path was read by the same loader.
    const data = await load(isMoreOfIt ? (last?.data as Data) : undefined);
    last = { pathname, href, readAt: Date.now(), data };
    tell(null);
    return data;
  } catch (error) {
    // What was read with a token is for nobody who has none.
    if (error instanceof ApiError && error.code === 'UNAUTHENTICATED') last = undefined;
    if (!(error instanceof ApiError) || asked.cause !== 'stay' || last?.href !== href) throw error;
    tell({ href, readAt: last.readAt, error });
    return last.data as Data;
  }
}
