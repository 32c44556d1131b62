import type { Interval } from '../api/types';
import styles from './IntervalBar.module.css';

/** Where the true rate probably lies, on a scale from 0 to 100 %, the same for every row. The words stand beside it. */
export function IntervalBar({ score, interval, target }: { score: number; interval: Interval; target?: number }) {
  return (
    <svg className={styles.bar} viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">
      <rect className={styles.track} y="5" width="100" height="6" />
      <rect className={styles.band} x={interval.lower} y="5" width={interval.upper - interval.lower} height="6" />
      {target !== undefined && <path className={styles.target} d={`M${target} 0V16`} />}
      <rect className={styles.point} x={Math.min(score, 98.5)} y="1" width="1.5" height="14" />
    </svg>
  );
}
