import type { Interval, Report, Window } from '../../api/types';
import { change, type Measure } from '../../format/change';
import { count, days, percent, rate } from '../../format/numbers';
import { numberClass, Table } from '../../ui/Table';
import { formatOrNull, Value } from '../../ui/Value';
import { CountLink, type ReportLink } from '../orders/CountLink';
import type { WindowName } from '../orders/ordersBehind';
import { vendorCounts } from './counts';
import styles from './WindowTable.module.css';

interface Line {
  label: string;
  /** The field in a window, and in the trends. */
  value: keyof Window & keyof Report['trends'];
  format: (value: number) => string;
  measure: Measure;
  /** Why the value may be missing. */
  reason: string;
  /** It is on a tile, too, or follows from one: paper does not repeat it. */
  isOnTile?: boolean;
}

const nothingCompleted = 'nothing completed in the seven days';
const neverMissing = 'never missing';

const lines: Line[] = [
  {
    label: 'Reliability',
    value: 'reliabilityScore',
    format: percent,
    measure: { unit: 'points', better: 'up' },
    reason: nothingCompleted,
  },
  {
    label: 'On time',
    value: 'onTimePercentage',
    format: percent,
    measure: { unit: 'points', better: 'up' },
    reason: 'no order was due in the seven days',
  },
  {
    label: 'Handed over in time',
    value: 'shippedOnTimePercentage',
    format: percent,
    measure: { unit: 'points', better: 'up' },
    reason: 'no order was to be handed over in the seven days',
  },
  {
    label: 'Average handover',
    value: 'avgHandoverHours',
    format: days,
    measure: { unit: 'days', better: 'down' },
    reason: 'nothing was handed over in the seven days',
  },
  {
    label: 'Average delivery',
    value: 'avgDeliveryHours',
    format: days,
    measure: { unit: 'days', better: 'down' },
    reason: 'nothing arrived in the seven days',
  },
  {
    label: 'Orders placed',
    value: 'totalOrders',
    format: count,
    measure: { unit: 'orders', better: null },
    reason: neverMissing,
  },
  {
    label: 'Completed',
    value: 'completedOrders',
    format: count,
    measure: { unit: 'orders', better: null },
    reason: neverMissing,
  },
  {
    label: 'Arrived',
    value: 'arrivedOrders',
    format: count,
    measure: { unit: 'orders', better: null },
    reason: neverMissing,
    isOnTile: true,
  },
  {
    label: 'Issues',
    value: 'issueCount',
    format: count,
    measure: { unit: 'orders', better: 'down' },
    reason: neverMissing,
  },
  {
    label: 'Issue rate',
    value: 'issueRate',
    format: percent,
    measure: { unit: 'points', better: 'down' },
    reason: nothingCompleted,
    isOnTile: true,
  },
  {
    label: 'Cancelled',
    value: 'cancelledOrders',
    format: count,
    measure: { unit: 'orders', better: 'down' },
    reason: neverMissing,
  },
  {
    label: 'Cancellation rate',
    value: 'cancellationRate',
    format: percent,
    measure: { unit: 'points', better: 'down' },
    reason: 'nothing completed or was cancelled in the seven days',
  },
  {
    label: 'Returned by customers',
    value: 'returnedOrders',
    format: count,
    measure: { unit: 'orders', better: null },
    reason: neverMissing,
  },
  {
    label: 'Refunded',
    value: 'refundedOrders',
    format: count,
    measure: { unit: 'orders', better: null },
    reason: neverMissing,
  },
  {
    label: 'Due',
    value: 'dueOrders',
    format: count,
    measure: { unit: 'orders', better: null },
    reason: neverMissing,
    isOnTile: true,
  },
  {
    label: 'Delivered on time',
    value: 'onTimeDeliveries',
    format: count,
    measure: { unit: 'orders', better: null },
    reason: neverMissing,
    isOnTile: true,
  },
  {
    label: 'Due to be handed over',
    value: 'shipDueOrders',
    format: count,
    measure: { unit: 'orders', better: null },
    reason: neverMissing,
    isOnTile: true,
  },
  {
    label: 'Handed over by then',
    value: 'shippedOnTime',
    format: count,
    measure: { unit: 'orders', better: null },
    reason: neverMissing,
    isOnTile: true,
  },
];

/** The numbers of both weeks, and their changes. */
export function WindowTable({ report, reportLink }: { report: Report; reportLink: ReportLink }) {
  const { trends } = report;
  return (
    <section className={styles.section} aria-labelledby="weeks">
      <h2 className={styles.heading} id="weeks">
        Compared with the week before
      </h2>
      <Table label="Both weeks, scrolls sideways">
        <thead>
          <tr>
            <th scope="col">Number</th>
            <th scope="col" className={numberClass}>
              These 7 days
            </th>
            <th scope="col" className={numberClass}>
              7 days before
            </th>
            <th scope="col" className={numberClass}>
              Change
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.value} data-on-tile={line.isOnTile}>
              <th scope="row">{line.label}</th>
              {(['current7d', 'previous7d'] as const).map((window) => (
                <td className={numberClass} key={window}>
                  <Cell line={line} report={report} reportLink={reportLink} window={window} />
                </td>
              ))}
              <td className={numberClass}>
                <ChangeCell delta={trends[line.value]} measure={line.measure} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  );
}

function Cell({
  line: { value, format, reason },
  report,
  reportLink,
  window,
}: {
  line: Line;
  report: Report;
  reportLink: ReportLink;
  window: Exclude<WindowName, 'day'>;
}) {
  const numbers = report[window];
  const number = numbers[value];
  if (number !== null && value in vendorCounts) {
    return (
      <CountLink
        report={reportLink}
        of={vendorCounts[value as keyof typeof vendorCounts]}
        window={window}
        value={number}
      />
    );
  }
  return (
    <>
      <Value text={formatOrNull(number, format)} reason={reason} />
      {value === 'reliabilityScore' && <Range interval={numbers.reliabilityInterval} />}
      {value === 'onTimePercentage' && <Range interval={numbers.onTimeInterval} />}
    </>
  );
}

function Range({ interval }: { interval: Interval | null }) {
  if (interval === null) return null;
  return (
    <small className={styles.small}>
      {rate(interval.lower)} to {rate(interval.upper)}
    </small>
  );
}

function ChangeCell({ delta, measure }: { delta: number | null; measure: Measure }) {
  const result = change(delta, measure);
  if (result === null) return <Value text={null} reason="one of the two weeks has nothing to compare" />;
  return (
    <>
      {result.signed}
      {result.verdict !== null && (
        <small className={styles.small} data-verdict={result.verdict}>
          {result.verdict}
        </small>
      )}
    </>
  );
}
