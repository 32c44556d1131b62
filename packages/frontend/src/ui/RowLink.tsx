import { type HistoryState, useRouter } from '@tanstack/react-router';
import type { MouseEvent, ReactNode } from 'react';
import { stringifySearch } from '../routes/search';

/**
 * A link in a row of many. It knows its whole address; the router's own `Link` follows every change of the address, which
 * in hundreds of them a hand can feel.
 */
export function RowLink({
  to,
  search = {},
  state,
  children,
}: {
  to: string;
  search?: Record<string, string | undefined>;
  state?: HistoryState;
  children: ReactNode;
}) {
  const { history } = useRouter();
  const href = to + stringifySearch(search);
  return (
    <a href={href} onClick={(event) => interceptClick(event) && history.push(href, state)}>
      {children}
    </a>
  );
}

/** Whether a click means to go there in this window; then the browser need not load the page anew. */
export function interceptClick(event: MouseEvent): boolean {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return false;
  event.preventDefault();
  return true;
}

export const pathOf = {
  vendor: (vendorId: string) => `/vendors/${encodeURIComponent(vendorId)}`,
  order: (orderId: string) => `/orders/${encodeURIComponent(orderId)}`,
};
