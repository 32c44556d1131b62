import { useSyncExternalStore } from 'react';

/** The resolution in milliseconds: half a minute is enough for ages in minutes. */
const STEP_MS = 30_000;

function subscribe(onTick: () => void): () => void {
  const timer = setInterval(onTick, STEP_MS);
  return () => clearInterval(timer);
}

const read = () => Math.floor(Date.now() / STEP_MS) * STEP_MS;

/** The client's clock in milliseconds since 1970, rounded down. Keeps texts like "3 minutes ago" current without requests. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, read);
}
