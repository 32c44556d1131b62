import type { ReactNode } from 'react';
import styles from './ListNotes.module.css';

/** Under a list: what its columns mean. */
export function ListNotes({ children }: { children: ReactNode }) {
  return <p className={styles.notes}>{children}</p>;
}
