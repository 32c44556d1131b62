import { type ReactNode, useEffect, useRef } from 'react';
import styles from './Table.module.css';
import { useIsSlow } from './useIsSlow';

/**
 * A table that scrolls sideways if it does not fit; its first column stays in view. Then it takes the focus, so that the
 * keyboard can scroll it. With `hasCards`, a phone shows each row as a card, in which `data-label` labels a cell. While other rows
 * load, the shown ones are dimmed.
 *
 * A table of many rows sets `columns`: a class that sets `--columns`, a grid template, and `--least`, the minimum width. Each
 * row then has its own layout, and the browser skips rows out of view.
 */
export function Table({
  label,
  hasCards = false,
  columns,
  children,
}: {
  label: string;
  hasCards?: boolean;
  columns?: string;
  children: ReactNode;
}) {
  // Read here and not by the page, so that a change does not render the rows again.
  const isBusy = useIsSlow();
  const region = useRef<HTMLElement>(null);
  const table = useRef<HTMLTableElement>(null);
  useEffect(() => {
    const element = region.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      element.tabIndex = element.scrollWidth > element.clientWidth ? 0 : -1;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new rows need their roles
  useEffect(() => {
    if (hasCards && table.current !== null) setRoles(table.current);
  }, [hasCards, children]);
  return (
    <section
      className={styles.scroller}
      ref={region}
      aria-label={label}
      aria-busy={isBusy}
      data-cards={hasCards || undefined}
    >
      <table className={columns === undefined ? styles.table : `${styles.table} ${styles.long} ${columns}`} ref={table}>
        {children}
      </table>
    </section>
  );
}

/** Some screen readers do not see a table in a card layout, unless it has explicit roles. */
function setRoles(table: HTMLTableElement): void {
  table.setAttribute('role', 'table');
  for (const part of table.children) part.setAttribute('role', 'rowgroup');
  for (const row of table.rows) {
    // React may reuse a row that has its roles.
    if (row.hasAttribute('role')) continue;
    row.setAttribute('role', 'row');
    for (const cell of row.cells) {
      const role = cell.scope === 'col' ? 'columnheader' : cell.scope === 'row' ? 'rowheader' : 'cell';
      cell.setAttribute('role', role);
    }
  }
}

/** For headings and cells that hold a number. */
export const numberClass = styles.number;
