import type { CSSProperties } from 'react';
import type { Interval } from '../api/types';
import styles from './IntervalBar.module.css';

/** The interval of a rate on a scale from `low` to 100 %, the same for every row. The text next to it states the numbers. */
export function IntervalBar({
  score,
  interval,
  target,
  low,
}: {
  score: number;
  interval: Interval;
  target: number;
  low: number;
}) {
  const position = (rate: number) => `${Math.round((1000 * (rate - low)) / (100 - low)) / 10}%`;
  const style = {
    '--lower': position(interval.lower),
    '--upper': position(interval.upper),
    '--score': position(score),
    '--target': position(target),
  } as CSSProperties;
  return <span className={styles.bar} style={style} aria-hidden="true" />;
}
