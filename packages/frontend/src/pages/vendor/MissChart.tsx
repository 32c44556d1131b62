import { useMemo } from 'react';
import type { Interval, VendorDay } from '../../api/types';
import { rate } from '../../format/numbers';
import { dayAndMonth } from '../../format/times';
import { useWidth } from '../../ui/chart/useWidth';
import styles from './MissChart.module.css';
import { missGeometry } from './missGeometry';

/** Missed promises by day, in front of what was to be expected since the change. */
export function MissChart({
  days,
  since,
  expected,
}: {
  days: VendorDay[];
  /** The day on which the change began. */
  since: string;
  /** What was to be expected, in percent. */
  expected: Interval;
}) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const geometry = useMemo(
    () => (width === 0 ? null : missGeometry(days, since, expected, width)),
    [days, since, expected, width],
  );
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || last === undefined) return null;
  return (
    <figure className={styles.figure}>
      <figcaption>
        Missed promises, 7 days, %{' '}
        <small>
          <i data-key="band" /> to be expected: {rate(expected.lower)} to {rate(expected.upper)} % <i data-key="line" />{' '}
          seen
        </small>
      </figcaption>
      <div ref={ref} className={styles.chart}>
        {geometry !== null && (
          <svg
            viewBox={`0 0 ${width} ${geometry.height}`}
            width={width}
            height={geometry.height}
            role="img"
            aria-label={`Missed promises from ${dayAndMonth(first.date)} to ${dayAndMonth(last.date)}; since about ${dayAndMonth(since)}, ${rate(expected.lower)} to ${rate(expected.upper)} % were to be expected`}
          >
            {geometry.ticks.map(({ value, y }) => (
              <g key={value}>
                <line className={styles.grid} x1={geometry.left} x2={width} y1={y} y2={y} />
                <text x={geometry.left - 8} y={y + 4} textAnchor="end">
                  {value}
                </text>
              </g>
            ))}
            <rect className={styles.band} {...geometry.band} />
            {geometry.lines.map((line) => (
              <polyline key={line} className={styles.line} points={line} />
            ))}
            <line className={styles.flag} x1={geometry.since} x2={geometry.since} y1="0" y2={geometry.bottom} />
            {geometry.labels.map(({ index, x }) => (
              <text key={index} x={x} y={geometry.height - 6} textAnchor={index === days.length - 1 ? 'end' : 'middle'}>
                {dayAndMonth(days[index]?.date ?? '')}
              </text>
            ))}
          </svg>
        )}
      </div>
    </figure>
  );
}
