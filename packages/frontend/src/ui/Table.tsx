import { type ReactNode, useEffect, useRef } from 'react';
import styles from './Table.module.css';
import { useIsSlow } from './useIsSlow';

/**
 * A table that scrolls sideways where it does not fit, with its first column in sight. Reachable by keyboard, so that it can be
 * scrolled. With `hasCards`, on a phone each row is a card; a cell is told apart by its `data-label`. While others are being read,
 * its rows stay, dimmed.
 *
 * A table of many rows names its `columns`: a class that sets `--columns`, as a grid's template, and `--least`, the width they
 * need. Each row is then laid out by itself, and the browser leaves alone those out of sight.
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
  // Asked for here, so that the rows need not be made anew for it.
  const isBusy = useIsSlow();
  const table = useRef<HTMLTableElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows are named anew
  useEffect(() => {
    if (hasCards && table.current !== null) nameRoles(table.current);
  }, [hasCards, children]);
  return (
    <section
      className={styles.scroller}
      aria-label={label}
      aria-busy={isBusy}
      data-cards={hasCards || undefined}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must take the focus, or the keyboard cannot scroll it
      tabIndex={0}
    >
      <table className={columns === undefined ? styles.table : `${styles.table} ${styles.long} ${columns}`} ref={table}>
        {children}
      </table>
    </section>
  );
}

/** A table that is laid out as cards is no table to some screen readers, unless it is told to be one. */
function nameRoles(table: HTMLTableElement): void {
  table.setAttribute('role', 'table');
  for (const part of table.children) part.setAttribute('role', 'rowgroup');
  for (const row of table.rows) {
    // Rows are used again for others.
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
