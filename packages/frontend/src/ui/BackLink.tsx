import { useLocation, useRouter } from '@tanstack/react-router';
import type { MouseEvent } from 'react';
import styles from './BackLink.module.css';
import { Icon } from './Icon';
import { interceptClick } from './RowLink';

/**
 * The way back to the list this page was opened from, as it was: its filters, its page and where it was scrolled to.
 * Without such a list there is no link; `fallback` says what stands there then.
 */
export function BackLink({ fallback }: { fallback?: { href: string; name: string } }) {
  const router = useRouter();
  const openedFrom = useLocation({ select: (location) => location.state.openedFrom });
  const target = openedFrom ?? fallback;
  if (target === undefined) return null;

  function goBack(event: MouseEvent<HTMLAnchorElement>) {
    if (!interceptClick(event)) return;
    // Only a page that was opened by a link of the list knows `openedFrom`, so the list is the entry before this one.
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
