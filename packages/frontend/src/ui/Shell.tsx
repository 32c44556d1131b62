import { Link, Outlet, type ParsedLocation, useLocation, useRouter, useSearch } from '@tanstack/react-router';
import { useDeferredValue, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { lazyModule } from '../api/lazyModule';
import { useToken } from '../api/token';
import type { ReportSearch } from '../routes/reportSearch';
import { Button } from './Button';
import { Notice } from './Notice';
import { RefreshButton } from './RefreshButton';
import styles from './Shell.module.css';
import { ThemeSwitch } from './ThemeSwitch';
import { useLazyModule } from './useLazyModule';

const loadTokenNote = lazyModule(() => import('./TokenNote'));
const dialogs = {
  finder: lazyModule(() => import('./Finder')),
  keys: lazyModule(() => import('./KeysDialog')),
};

interface Navigation {
  fromLocation?: ParsedLocation;
  toLocation: ParsedLocation;
  pathChanged: boolean;
}

const sections = [
  { to: '/', name: 'Overview', pages: /^$/ },
  { to: '/vendors', name: 'Vendors', pages: /^\/vendors\// },
  { to: '/orders', name: 'Orders', pages: /^\/orders\/(?!recent$)/ },
  { to: '/orders/recent', name: 'Recent', pages: /^$/ },
] as const;

/** The header, the notice and the footer around every page. */
export function Shell() {
  const main = useRef<HTMLElement>(null);
  const router = useRouter();
  const report = useReport();
  const hasToken = useToken() !== null;
  const [dialog, setDialog] = useState<keyof typeof dialogs | null>(null);
  const pathname = useLocation({ select: (location) => location.pathname });

  // Renders the first page after the header, in slices that user input can interrupt.
  const isContentShown = useDeferredValue(true, false);

  // `index.html` shows a static header until this one is rendered.
  useLayoutEffect(() => document.getElementById('start')?.remove(), []);

  useEffect(() => {
    const handleKey = (event: KeyboardEvent) => {
      const isCommand = event.ctrlKey || event.metaKey;
      const isTyping =
        (event.target as Element).closest('input, select, textarea, dialog, [role=application]') !== null;
      if (event.key === 'k' && isCommand) setDialog('finder');
      else if (isCommand || event.altKey || isTyping) return;
      else if (event.key === '/') {
        const field = main.current?.querySelector<HTMLElement>('[type=search]');
        if (field) field.focus();
        else setDialog('finder');
      } else if (event.key === '?') setDialog('keys');
      else if (event.key === 'j' || event.key === 'k') focusRow(main.current, event.key === 'j' ? 1 : -1);
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
          <Link className={styles.brand} to="/" search={report}>
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
                search={to === '/orders' ? { asOf: report.date } : to === '/orders/recent' ? {} : report}
                activeOptions={{ exact: true, includeSearch: false }}
                inactiveProps={{ 'aria-current': pages.test(pathname) || undefined }}
              >
                {name}
              </Link>
            ))}
          </nav>
          <div className={styles.tools}>
            <Button icon="search" title="Ctrl K" onClick={() => setDialog('finder')}>
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
      {dialog !== null && <LazyDialog key={dialog} name={dialog} onClose={() => setDialog(null)} />}
    </>
  );
}

/** Not shown if its module fails to load: the page works without it. */
function LazyTokenNote() {
  const { module: note } = useLazyModule(loadTokenNote);
  return note !== null && <note.default />;
}

function LazyDialog({ name, onClose }: { name: keyof typeof dialogs; onClose: () => void }) {
  const { module: dialog } = useLazyModule(dialogs[name]);
  return dialog !== null && <dialog.default onClose={onClose} />;
}

/** Moves the focus to the link of the next row of the page, or of the previous one. Enter opens it. */
function focusRow(main: HTMLElement | null, step: 1 | -1): void {
  const links = [...(main?.querySelectorAll<HTMLElement>('tbody th a, li h3 a') ?? [])];
  const at = links.indexOf(document.activeElement as HTMLElement);
  const next = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

/** Which numbers are looked at. They stay the same on the way through pages that are about none. */
function useReport(): ReportSearch {
  const { date, window, against, asOf } = useSearch({ strict: false });
  const isReport = useLocation({ select: ({ pathname }) => pathname === '/' || pathname.startsWith('/vendors') });
  const [last, setLast] = useState<ReportSearch>({});
  const report = isReport
    ? { date, window, against }
    : asOf === undefined
      ? last
      : { ...last, date: asOf.slice(0, 10) };
  if (JSON.stringify(report) !== JSON.stringify(last)) setLast(report);
  return report;
}

function isOtherPageOfList({ fromLocation, toLocation, pathChanged }: Navigation): boolean {
  return fromLocation !== undefined && !pathChanged && cursorOf(fromLocation) !== cursorOf(toLocation);
}

function cursorOf({ search }: { search: { cursor?: string } }): string | undefined {
  return search.cursor;
}
