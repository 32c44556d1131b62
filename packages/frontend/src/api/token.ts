import { useSyncExternalStore } from 'react';

const KEY = 'token';

// `sessionStorage` ends with the tab; `localStorage` would leave the door open to whoever uses this browser next.
let current = tryStorage((storage) => storage.getItem(KEY));
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The token that requests bring, where there is one. */
export const currentToken = () => current;

export function useToken(): string | null {
  return useSyncExternalStore(subscribe, currentToken);
}

export function saveToken(token: string): void {
  current = token;
  tryStorage((storage) => storage.setItem(KEY, token));
  for (const listener of listeners) listener();
}

/** The token, and all that was read with it. */
export function forgetToken(): void {
  tryStorage((storage) => storage.removeItem(KEY));
  window.location.reload();
}

function tryStorage<Value>(use: (storage: Storage) => Value): Value | null {
  try {
    return use(sessionStorage);
  } catch {
    // A browser may forbid to keep anything. Then a token holds until the page is left.
    return null;
  }
}
