import { useSyncExternalStore } from 'react';

/** The clock of the reader, in steps of half a minute: enough for ages told in minutes. */
const STEP = 30_000;

function subscribe(onTick: () => void): () => void {
  const timer = setInterval(onTick, STEP);
  return () => clearInterval(timer);
}

const read = () => Math.floor(Date.now() / STEP) * STEP;

/** Milliseconds since 1970, never ahead of the real time. Lets words like "3 minutes ago" stay true; it fetches nothing. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, read);
}
