import { Link, Outlet, type ParsedLocation, useLocation, useRouter, useSearch } from '@tanstack/react-router';
import { useDeferredValue, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { lazyModule } from '../api/lazyModule';
import { useToken } from '../api/token';
import { Button } from './Button';
import { Notice } from './Notice';
import { RefreshButton } from './RefreshButton';
import styles from './Shell.module.css';
import { ThemeSwitch } from './ThemeSwitch';
import { useLazyModule } from './useLazyModule';

const loadTokenNote = lazyModule(() => import('./TokenNote'));
const loadFinder = lazyModule(() => import('./Finder'));

interface Navigation {
  fromLocation?: ParsedLocation;
  toLocation: ParsedLocation;
  pathChanged: boolean;
}

const sections = [
  { to: '/', name: 'Overview', pages: /^\/vendors\// },
  { to: '/orders', name: 'Orders', pages: /^\/orders\/(?!recent$)/ },
  { to: '/orders/recent', name: 'Recent', pages: /^$/ },
] as const;

/** The header, the notice and the footer around every page. */
export function Shell() {
  const main = useRef<HTMLElement>(null);
  const router = useRouter();
  const { date } = useSearch({ strict: false });
  const hasToken = useToken() !== null;
  const [isFinding, setIsFinding] = useState(false);
  const pathname = useLocation({ select: (location) => location.pathname });

  // Renders the first page after the header, in slices that user input can interrupt.
  const isContentShown = useDeferredValue(true, false);

  // `index.html` shows a static header until this one is rendered.
  useLayoutEffect(() => document.getElementById('start')?.remove(), []);

  useEffect(() => {
    const handleKey = (event: KeyboardEvent) => {
      const isCommand = event.ctrlKey || event.metaKey;
      if (event.key === 'k' && isCommand) setIsFinding(true);
      else if (event.key === '/' && !isCommand && !(event.target as Element).closest('input, select, textarea'))
        main.current?.querySelector<HTMLElement>('[type=search]')?.focus();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', handleKey);
    return () => window.removeEventListener('keydown', handleKey);
  }, []);

  // A navigation moves the focus to the start of the new page, as a full load does; another page of a list moves it to the
  // top of the list. The focus moves after the render, when the old content is gone. The top of the list scrolls into view
  // before, while the rows load, so that the new rows are rendered in view.
  useEffect(() => {
    const top = () => main.current?.querySelector<HTMLElement>('[data-top-of-list]');
    const unsubscribes = [
      router.subscribe('onBeforeNavigate', (navigation) => {
        if (isOtherPageOfList(navigation)) requestAnimationFrame(() => top()?.scrollIntoView({ block: 'nearest' }));
      }),
      router.subscribe('onRendered', (navigation) => {
        if (navigation.fromLocation !== undefined && navigation.pathChanged)
          main.current?.focus({ preventScroll: true });
        else if (isOtherPageOfList(navigation)) top()?.focus();
      }),
    ];
    return () => {
      for (const unsubscribe of unsubscribes) unsubscribe();
    };
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
            {sections.map(({ to, name, pages }) => (
              <Link
                key={to}
                to={to}
                search={to === '/' ? { date } : {}}
                activeOptions={{ exact: true, includeSearch: false }}
                inactiveProps={{ 'aria-current': pages.test(pathname) || undefined }}
              >
                {name}
              </Link>
            ))}
          </nav>
          <div className={styles.tools}>
            <Button icon="search" title="Ctrl K" onClick={() => setIsFinding(true)}>
              <span>Find</span>
            </Button>
            <RefreshButton />
            <ThemeSwitch />
          </div>
        </div>
      </header>
      <main className={styles.main} id="main" ref={main} tabIndex={-1}>
        <Notice />
        {isContentShown && <Outlet />}
      </main>
      {hasToken && <LazyTokenNote />}
      {isFinding && <LazyFinder onClose={() => setIsFinding(false)} />}
    </>
  );
}

/** Not shown if its module fails to load: the page works without it. */
function LazyTokenNote() {
  const { module: note } = useLazyModule(loadTokenNote);
  return note !== null && <note.default />;
}

function LazyFinder(props: { onClose: () => void }) {
  const { module: finder } = useLazyModule(loadFinder);
  return finder !== null && <finder.default {...props} />;
}

function isOtherPageOfList({ fromLocation, toLocation, pathChanged }: Navigation): boolean {
  return fromLocation !== undefined && !pathChanged && cursorOf(fromLocation) !== cursorOf(toLocation);
}

function cursorOf({ search }: { search: { cursor?: string } }): string | undefined {
  return search.cursor;
}
