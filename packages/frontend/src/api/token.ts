import { useSyncExternalStore } from 'react';

const KEY = 'token';

// `sessionStorage` ends with the tab; `localStorage` would leave the door open to whoever uses this browser next.
let kept = stored((storage) => storage.getItem(KEY));
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The token that requests bring, where there is one. */
export const keptToken = () => kept;

export function useKeptToken(): string | null {
  return useSyncExternalStore(subscribe, keptToken);
}

export function keepToken(token: string): void {
  kept = token;
  stored((storage) => storage.setItem(KEY, token));
  for (const listener of listeners) listener();
}

/** The token, and all that was read with it. */
export function forgetToken(): void {
  stored((storage) => storage.removeItem(KEY));
  window.location.reload();
}

function stored<Value>(use: (storage: Storage) => Value): Value | null {
  try {
    return use(sessionStorage);
  } catch {
    // A browser may forbid to keep anything. Then a token holds until the page is left.
    return null;
  }
}
