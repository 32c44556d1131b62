import type { CSSProperties } from 'react';
import { DAY, long, short } from '../../format/durations';
import { dateLocale } from '../../format/times';
import styles from './DurationBar.module.css';
import type { DurationBreakdown, PartKind } from './durationBreakdown';

const labels: Record<PartKind, string> = {
  preparing: 'Preparing',
  unshipped: 'No shipping reported',
  shipping: 'On its way, on time',
  late: 'Past the promise',
  left: 'Time left',
};

/** The duration of an order in parts, to scale. */
export function DurationBar({ breakdown, isOpen }: { breakdown: DurationBreakdown; isOpen: boolean }) {
  if (breakdown.parts.length === 0) return null;
  const longest = Math.max(...breakdown.parts.map(({ length }) => length));
  return (
    <section className={styles.breakdown} aria-label="Duration, to scale">
      <ol className={styles.bar}>
        {breakdown.parts.map(({ kind, length }) => (
          <li
            key={kind}
            title={`${labels[kind]}: ${short(length, 3)}`}
            data-part={kind}
            data-tone={tone[kind]}
            style={{ flexGrow: length, '--share': `${(100 * length) / longest}%` } as CSSProperties}
          >
            <span className={styles.label}>{labels[kind]}</span>
            <b>{short(length, 3)}</b>
          </li>
        ))}
      </ol>
      <div className={styles.days} aria-hidden="true">
        {midnights(breakdown.start, breakdown.end).map(({ at, label }) => (
          <span key={at} style={{ left: `${(100 * (at - breakdown.start)) / (breakdown.end - breakdown.start)}%` }}>
            {label}
          </span>
        ))}
      </div>
      <p className={styles.total}>
        {breakdown.length === 0
          ? 'Placed just now'
          : `${long(breakdown.length, 3)} ${isOpen ? 'since it was placed' : 'in total'}`}
      </p>
    </section>
  );
}

const tone: Record<PartKind, string> = {
  preparing: 'rest',
  unshipped: 'rest',
  shipping: 'info',
  late: 'alarm',
  left: 'none',
};

/** The starts of days in the time zone of the browser, thinned out so that their labels have room. */
function midnights(start: number, end: number): { at: number; label: string }[] {
  const step = [1, 2, 7, 14, 28, 91, 364].find((days) => (end - start) / (days * DAY) <= 9) ?? 364;
  const name = new Intl.DateTimeFormat(dateLocale, {
    day: 'numeric',
    month: 'short',
    // A long duration needs the year.
    year: end - start > 300 * DAY ? 'numeric' : undefined,
  });
  const found = [];
  for (const day = new Date(start); ; day.setDate(day.getDate() + step)) {
    if (found.length === 0) {
      day.setDate(day.getDate() + 1);
      day.setHours(0, 0, 0, 0);
    }
    // The label of a day that starts near the end would be outside.
    if (day.getTime() > end - (end - start) * 0.06 || found.length > 9) return found;
    found.push({ at: day.getTime(), label: name.format(day) });
  }
}
