import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { VendorDay, VendorHistory } from '../../api/types';
import { percent, pluralize, rate } from '../../format/numbers';
import { isoDay, shortDay } from '../../format/times';
import { windowSpan } from '../../format/windows';
import { StateBox } from '../../ui/StateBox';
import { numberClass, Table } from '../../ui/Table';
import { formatOrNull, Value } from '../../ui/Value';
import type { ReportLink } from '../orders/CountLink';
import { DayCount, dayCounts } from './DayCount';
import { HistoryChart } from './HistoryChart';
import styles from './HistorySection.module.css';
import type { VendorSearch } from './search';

const spans = [30, 90] as const;
const columnsOf = (span: string) => [
  `Reliability, ${span}`,
  'Likely between',
  `On time, ${span}`,
  `Completed, ${span}`,
  `Issues, ${span}`,
  'Placed that day',
  'Completed that day',
  'Issues that day',
];
const nothingCompleted = 'nothing completed in the days until this one';

/** The history: a chart of the last days, and the same numbers as a table. */
export function HistorySection({
  since,
  target,
  history,
  isPast,
  shown,
  reportLink,
}: {
  /** When the open episode began. */
  since: string | null;
  /** The line below which a vendor is at risk, in percent. */
  target: number;
  history: VendorHistory;
  isPast: boolean;
  shown: VendorSearch['days'];
  reportLink: ReportLink;
}) {
  const [isOpen, setIsOpen] = useState(false);
  const span = shown === undefined ? 30 : 90;
  const days = history.days.slice(-span);
  const last = days.at(-1);
  const isEmpty = days.every((day) => day.reliabilityScore === null && day.day.placedOrders === 0);
  return (
    <section className={styles.panel} aria-labelledby="history">
      <div className={styles.head}>
        <h2 className={styles.title} id="history">
          {isPast && last !== undefined ? `${days.length} days to ${shortDay(last.date)}` : `Last ${days.length} days`}
        </h2>
        <nav className={styles.spans} aria-label="Days shown">
          {spans.map((days) => (
            <Link
              key={days}
              to="."
              search={(search) => ({ ...search, days: days === 30 ? undefined : '90' })}
              // Keeps the page that Back leads to.
              state={(state) => state}
              replace
              resetScroll={false}
              activeOptions={{ explicitUndefined: true }}
            >
              {days} days
            </Link>
          ))}
        </nav>
      </div>
      {isEmpty ? (
        <StateBox tone="empty" label="Nothing here" title="No order in these days">
          <p>No order was placed and none completed in these {pluralize(days.length, 'day')}.</p>
        </StateBox>
      ) : (
        <>
          <ul className={styles.legend}>
            <li data-key="line">Reliability, {windowSpan(reportLink.window ?? '7d')} until each day</li>
            <li data-key="band">95&nbsp;% interval</li>
            <li data-key="target">{target}&nbsp;%: at risk below</li>
            {since !== null && <li data-key="since">More promises missed from here on, about</li>}
            {!isPast && <li data-key="unfinished">Today, not over</li>}
          </ul>
          <HistoryChart
            days={days}
            since={since === null ? null : isoDay(since, history.timeZone)}
            target={target}
            isPast={isPast}
            reportLink={reportLink}
          />
        </>
      )}
      <p className={styles.zone}>Days are in the report time zone, {history.timeZone}.</p>
      {!isEmpty && (
        <details className={styles.details} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
          <summary>Show as table</summary>
          {isOpen && <DayTable days={days} reportLink={reportLink} />}
        </details>
      )}
    </section>
  );
}

function DayTable({ days, reportLink }: { days: VendorDay[]; reportLink: ReportLink }) {
  return (
    <Table label="Numbers of each day, scrolls sideways">
      <thead>
        <tr>
          <th scope="col">Day</th>
          {columnsOf(windowSpan(reportLink.window ?? '7d')).map((name) => (
            <th key={name} scope="col" className={numberClass}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {days.toReversed().map((day) => (
          <tr key={day.date}>
            <th scope="row">{shortDay(day.date)}</th>
            <td className={numberClass}>
              <Value text={formatOrNull(day.reliabilityScore, percent)} reason={nothingCompleted} />
            </td>
            <td className={numberClass}>
              <Value
                text={formatOrNull(
                  day.reliabilityInterval,
                  ({ lower, upper }) => `${rate(lower)} and ${rate(upper)}\u00a0%`,
                )}
                reason={nothingCompleted}
              />
            </td>
            <td className={numberClass}>
              <Value
                text={formatOrNull(day.onTimePercentage, percent)}
                reason="no order was due in the days until this one"
              />
            </td>
            {dayCounts.map((name) => (
              <td className={numberClass} key={name}>
                <DayCount reportLink={reportLink} day={day} of={name} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
