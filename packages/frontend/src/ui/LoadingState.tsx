import { useLayoutEffect } from 'react';
import styles from './LoadingState.module.css';
import { Tiles } from './Tile';
import { VisuallyHidden } from './VisuallyHidden';

/** Placeholders while a page loads, with the position and size of its content. */
export function LoadingState({ kind = 'list' }: { kind?: 'overview' | 'vendor' | 'list' }) {
  // The page before may have been scrolled.
  useLayoutEffect(() => {
    window.scrollTo(0, 0);
  }, []);
  return (
    <div className={styles.loading} data-kind={kind} aria-busy="true">
      <VisuallyHidden>
        <span role="status">Loading…</span>
      </VisuallyHidden>
      <span className={styles.label} />
      <span className={styles.title} />
      <span className={styles.age} />
      {kind === 'overview' && <span className={styles.block} />}
      {kind !== 'list' && (
        <Tiles>
          <span />
          <span />
          <span />
          <span />
        </Tiles>
      )}
      {kind !== 'overview' && <span className={styles.block} />}
      <span className={styles.table} />
    </div>
  );
}

export const LoadingOverview = () => <LoadingState kind="overview" />;
export const LoadingVendor = () => <LoadingState kind="vendor" />;
