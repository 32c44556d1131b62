import { useSyncExternalStore } from 'react';

const KEY = 'token';

// `sessionStorage` ends with the tab; `localStorage` would expose the token to the next user of this browser.
let current = tryStorage((storage) => storage.getItem(KEY));
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The token that requests send; null if there is none. */
export const currentToken = () => current;

export function useToken(): string | null {
  return useSyncExternalStore(subscribe, currentToken);
}

export function saveToken(token: string): void {
  current = token;
  tryStorage((storage) => storage.setItem(KEY, token));
  for (const listener of listeners) listener();
}

/** Removes the token, and reloads the page to drop the data read with it. */
export function forgetToken(): void {
  tryStorage((storage) => storage.removeItem(KEY));
  window.location.reload();
}

function tryStorage<Value>(use: (storage: Storage) => Value): Value | null {
  try {
    return use(sessionStorage);
  } catch {
    // A browser may forbid storage. The token then lasts until the page is closed.
    return null;
  }
}
