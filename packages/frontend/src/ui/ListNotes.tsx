import type { ReactNode } from 'react';
import styles from './ListNotes.module.css';

/** The meaning of the columns, below a list. */
export function ListNotes({ children }: { children: ReactNode }) {
  return <p className={styles.notes}>{children}</p>;
}
