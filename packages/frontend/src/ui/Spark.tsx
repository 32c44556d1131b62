import styles from './Spark.module.css';
import { area, describeValues, height, line, pointAt, type Scale, type Values } from './spark';

/** Thirty days as a line. The newest value has a mark, which is hollow until its day is over. */
export function Spark({
  label,
  values,
  scale,
  format,
  isOpen,
  isFilled = false,
  isStepped = false,
  target,
}: {
  /** The name for screen readers; a description of the values is added. */
  label: string;
  values: Values;
  scale: Scale;
  format: (value: number) => string;
  /** Whether the newest day is not over. */
  isOpen: boolean;
  /** Only for a scale that starts at zero. */
  isFilled?: boolean;
  isStepped?: boolean;
  target?: number;
}) {
  const newest = pointAt(values, scale, values.length - 1);
  return (
    <svg
      className={styles.spark}
      viewBox="0 0 100 100"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${label}: ${describeValues(values, format)}${isOpen ? '; today is not over' : ''}`}
    >
      {isFilled && <path className={styles.area} d={area(values, scale, isStepped)} />}
      {target !== undefined && <path className={styles.target} d={`M0 ${height(target, scale)}H100`} />}
      <path className={styles.line} d={line(values, scale, isStepped)} />
      {newest !== null && <path className={styles.mark} d={`M${newest.x} ${newest.y}h0`} />}
      {newest !== null && isOpen && <path className={styles.hole} d={`M${newest.x} ${newest.y}h0`} />}
    </svg>
  );
}
