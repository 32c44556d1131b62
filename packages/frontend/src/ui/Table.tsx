import type { ReactNode } from 'react';
import styles from './Table.module.css';

/** A table that scrolls sideways where it does not fit, with its first column in sight. Reachable by keyboard, so that it can be scrolled. */
export function Table({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must take the focus, or the keyboard cannot scroll it
    <section className={styles.scroller} aria-label={label} tabIndex={0}>
      <table className={styles.table}>{children}</table>
    </section>
  );
}

/** For headings and cells that hold a number. */
export const numberClass = styles.number;
