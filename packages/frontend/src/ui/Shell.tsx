import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { RefreshButton } from './RefreshButton';
import styles from './Shell.module.css';

/** What stands around every page. */
export function Shell() {
  const main = useRef<HTMLElement>(null);
  const { pathname, search } = useLocation();
  const opened = useRef(pathname);

  // Going to another page puts the keyboard and the screen reader at its beginning, as loading it would.
  useEffect(() => {
    if (opened.current === pathname) return;
    opened.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);

  return (
    <>
      <a className={styles.skip} href="#main">
        Skip to content
      </a>
      <header className={styles.header}>
        <div className={styles.inner}>
          <Link className={styles.brand} to="/" search={{ date: search.date }}>
            <svg viewBox="0 0 32 32" aria-hidden="true">
              <path className={styles.box} d="M2 10h28v22H2z" />
              <path className={styles.ribbon} d="M13 10h6v22h-6z" />
              <path className={styles.bow} d="M16 10 6 1.5V10zM16 10l10-8.5V10z" />
            </svg>
            Goody
          </Link>
          <RefreshButton />
        </div>
      </header>
      <main className={styles.main} id="main" ref={main} tabIndex={-1}>
        <Outlet />
      </main>
    </>
  );
}
