import type { Interval } from '../api/types';
import styles from './IntervalBar.module.css';

/** Where the true rate probably lies, on a scale from `low` to 100 %, the same for every row. The words stand beside it. */
export function IntervalBar({
  score,
  interval,
  target,
  low = 0,
}: {
  score: number;
  interval: Interval;
  target?: number;
  low?: number;
}) {
  const place = (rate: number) => (100 * (rate - low)) / (100 - low);
  return (
    <svg className={styles.bar} viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">
      <rect className={styles.track} y="5" width="100" height="6" />
      <rect
        className={styles.band}
        x={place(interval.lower)}
        y="5"
        width={place(interval.upper) - place(interval.lower)}
        height="6"
      />
      {target !== undefined && <path className={styles.target} d={`M${place(target)} 0V16`} />}
      <rect className={styles.point} x={Math.min(place(score), 98.5)} y="1" width="1.5" height="14" />
    </svg>
  );
}
