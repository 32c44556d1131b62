import { type HistoryState, useRouter } from '@tanstack/react-router';
import type { MouseEvent, ReactNode } from 'react';
import { addressOf, type PagePath, type PageTarget } from '../routes/addressOf';

interface Content {
  state?: HistoryState;
  /** The name of this page, if the opened one leads back to it. */
  from?: string;
  className?: string;
  /** The accessible name, which begins with the text; the text itself if undefined. */
  label?: string;
  children: ReactNode;
}

/**
 * A link in a row of a long table. The router's own `Link` renders on every change of the address, which is noticeably slow
 * for hundreds of links.
 */
export function RowLink<Path extends PagePath>(props: PageTarget<Path> & Content) {
  const { state, from, className, label, children } = props;
  const { history } = useRouter();
  const href = addressOf(props);
  return (
    <a
      className={className}
      href={href}
      aria-label={label}
      onClick={(event) => {
        if (!interceptClick(event)) return;
        history.push(href, from === undefined ? state : { openedFrom: { href: history.location.href, name: from } });
      }}
    >
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
