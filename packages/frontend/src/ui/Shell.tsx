import { Link, Outlet, useLocation, useRouter, useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { Notice } from './Notice';
import { RefreshButton } from './RefreshButton';
import styles from './Shell.module.css';
import { ThemeSwitch } from './ThemeSwitch';

const sections = [
  { to: '/', name: 'Overview', holds: /^\/vendors\// },
  { to: '/orders', name: 'Orders', holds: /^\/orders\/(?!recent$)/ },
  { to: '/orders/recent', name: 'Recent', holds: /^$/ },
] as const;

/** What stands around every page. */
export function Shell() {
  const main = useRef<HTMLElement>(null);
  const router = useRouter();
  const { date } = useSearch({ strict: false });
  const pathname = useLocation({ select: (location) => location.pathname });

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
          <nav className={styles.nav} aria-label="Main">
            {sections.map(({ to, name, holds }) => (
              <Link
                key={to}
                to={to}
                search={to === '/' ? { date } : {}}
                activeOptions={{ exact: true, includeSearch: false }}
                inactiveProps={{ 'aria-current': holds.test(pathname) || undefined }}
              >
                {name}
              </Link>
            ))}
          </nav>
          <div className={styles.tools}>
            <RefreshButton />
            <ThemeSwitch />
          </div>
        </div>
      </header>
      <main className={styles.main} id="main" ref={main} tabIndex={-1}>
        <Notice />
        <Outlet />
      </main>
    </>
  );
}

function cursorOf({ search }: { search: { cursor?: string } }): string | undefined {
  return search.cursor;
}
