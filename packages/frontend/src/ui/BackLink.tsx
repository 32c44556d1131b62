import { useLocation, useRouter } from '@tanstack/react-router';
import type { MouseEvent } from 'react';
import styles from './BackLink.module.css';
import { Icon } from './Icon';
import { interceptClick } from './RowLink';

/**
 * A link back to the page that opened this one, with its filters, its page number and its scroll position. Without such a
 * page it leads to `fallback`; without both there is no link.
 */
export function BackLink({ fallback }: { fallback?: { href: string; name: string } }) {
  const router = useRouter();
  const openedFrom = useLocation({ select: (location) => location.state.openedFrom });
  const target = openedFrom ?? fallback;
  if (target === undefined) return null;

  function goBack(event: MouseEvent<HTMLAnchorElement>) {
    if (!interceptClick(event)) return;
    // Only a link of the list sets `openedFrom`, so the list is the previous entry of the history.
    if (openedFrom !== undefined) router.history.back();
    else router.history.push(target?.href ?? '/');
  }

  return (
    <a className={styles.back} href={target.href} onClick={goBack}>
      <Icon name="left" />
      {target.name}
    </a>
  );
}
