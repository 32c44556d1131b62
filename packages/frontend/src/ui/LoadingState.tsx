import { Hidden } from './Hidden';
import styles from './LoadingState.module.css';

/** The boxes of a page before its numbers: nothing jumps when they come. */
export function LoadingState() {
  return (
    <div className={styles.loading} aria-busy="true">
      <Hidden>
        <span role="status">Loading…</span>
      </Hidden>
      <span className={styles.title} />
      <div className={styles.tiles}>
        <span />
        <span />
        <span />
        <span />
      </div>
      <span className={styles.table} />
    </div>
  );
}
