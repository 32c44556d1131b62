import styles from './Spark.module.css';
import { area, describeValues, height, line, pointAt, type Scale, type Values } from './spark';

/** Thirty days as a line. The newest value has a mark: hollow while its day is not over. */
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
  /** What it shows, for those who hear it; how it went is added. */
  label: string;
  values: Values;
  scale: Scale;
  format: (value: number) => string;
  /** Whether the newest day still goes on. */
  isOpen: boolean;
  /** Only on a scale that begins at zero. */
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
