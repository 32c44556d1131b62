import { type HistoryState, useRouter } from '@tanstack/react-router';
import type { MouseEvent, ReactNode } from 'react';
import { stringifySearch } from '../routes/search';

/**
 * A link in a row of a long table. The router's own `Link` renders on every change of the address, which is noticeably slow
 * for hundreds of links.
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

/** Whether a click opens the link in this window. If so, the router navigates, and the browser does not load the page. */
export function interceptClick(event: MouseEvent): boolean {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return false;
  event.preventDefault();
  return true;
}

export const pathOf = {
  vendor: (vendorId: string) => `/vendors/${encodeURIComponent(vendorId)}`,
  order: (orderId: string) => `/orders/${encodeURIComponent(orderId)}`,
};
