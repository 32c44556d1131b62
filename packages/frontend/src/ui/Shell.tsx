import { Link, Outlet, useRouter, useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { RefreshButton } from './RefreshButton';
import styles from './Shell.module.css';

/** What stands around every page. */
export function Shell() {
  const main = useRef<HTMLElement>(null);
  const router = useRouter();
  const { date } = useSearch({ strict: false });

  // Going to another page puts the keyboard and the screen reader at its beginning, as loading it would; another page of
  // a list begins at the list's top. Both once it is there: what showed while it was read is gone by then.
  useEffect(() => {
    return router.subscribe('onRendered', ({ fromLocation, toLocation, pathChanged }) => {
      if (fromLocation === undefined) return;
      if (pathChanged) main.current?.focus({ preventScroll: true });
      else if (cursorOf(fromLocation) !== cursorOf(toLocation)) {
        main.current?.querySelector<HTMLElement>('[data-top-of-list]')?.focus();
      }
    });
  }, [router]);

  return (
    <>
      <a className={styles.skip} href="#main">
        Skip to content
      </a>
      <header className={styles.header}>
        <div className={styles.inner}>
          <Link className={styles.brand} to="/" search={{ date }}>
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

function cursorOf({ search }: { search: { cursor?: string } }): string | undefined {
  return search.cursor;
}
