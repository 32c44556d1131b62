import type { Interval, Report, Window } from '../../api/types';
import { change, type Measure } from '../../format/change';
import { count, days, percent, rate } from '../../format/numbers';
import { daysInWords } from '../../format/times';
import { numberClass, Table } from '../../ui/Table';
import { formatOrNull, Value } from '../../ui/Value';
import { CountLink, type ReportLink } from '../orders/CountLink';
import { daysOf, type WindowName } from '../orders/ordersBehind';
import { vendorCounts } from './counts';
import { difference, type VendorNumbers } from './load';
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

const nothingCompleted = 'nothing completed';
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
    reason: 'no order was due',
  },
  {
    label: 'Handed over in time',
    value: 'shippedOnTimePercentage',
    format: percent,
    measure: { unit: 'points', better: 'up' },
    reason: 'no order was to be handed over',
  },
  {
    label: 'Average handover',
    value: 'avgHandoverHours',
    format: days,
    measure: { unit: 'days', better: 'down' },
    reason: 'nothing was handed over',
  },
  {
    label: 'Average delivery',
    value: 'avgDeliveryHours',
    format: days,
    measure: { unit: 'days', better: 'down' },
    reason: 'nothing arrived',
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
    reason: 'nothing completed or was cancelled',
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

/** The numbers of both windows, and their changes. */
export function WindowTable({ numbers, reportLink }: { numbers: VendorNumbers; reportLink: ReportLink }) {
  return (
    <section className={styles.section} aria-labelledby="windows">
      <h2 className={styles.heading} id="windows">
        Compared with {reportLink.comparedTo}
      </h2>
      {numbers.countsOf !== 'shown' && <p className={styles.note}>{notLike[numbers.countsOf]}</p>}
      <Table label="Both, scrolls sideways">
        <thead>
          <tr>
            <th scope="col">Number</th>
            {(['current7d', 'previous7d'] as const).map((window) => (
              <th scope="col" className={numberClass} key={window}>
                {daysInWords(...daysOf(reportLink, window))}
              </th>
            ))}
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
                  <Cell line={line} numbers={numbers} reportLink={reportLink} window={window} />
                </td>
              ))}
              <td className={numberClass}>
                <ChangeCell line={line} numbers={numbers} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  );
}

/** Why counts are not compared as they are shown. */
const notLike = {
  dayBefore:
    'Today is not over: the changes of counts are those until yesterday, from as many whole days before. Rates are compared as they are.',
  none: 'The two are not of as many whole days, so counts have no change. Rates are compared as they are.',
};

function Cell({
  line: { value, format, reason },
  numbers,
  reportLink,
  window,
}: {
  line: Line;
  numbers: VendorNumbers;
  reportLink: ReportLink;
  window: Exclude<WindowName, 'day'>;
}) {
  const shown = window === 'current7d' ? numbers.current : numbers.previous;
  const number = shown[value];
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
      <Value text={formatOrNull(number, format)} reason={`${reason} in these days`} />
      {value === 'reliabilityScore' && <Range interval={shown.reliabilityInterval} />}
      {value === 'onTimePercentage' && <Range interval={shown.onTimeInterval} />}
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

function ChangeCell({ line: { value, measure }, numbers }: { line: Line; numbers: VendorNumbers }) {
  const isCount = measure.unit === 'orders';
  if (isCount && numbers.countsOf === 'none') return <Value text={null} reason="not of as many whole days" />;
  const result = change(difference(isCount ? numbers.counted : [numbers.current, numbers.previous], value), measure);
  if (result === null) return <Value text={null} reason="one of the two has nothing to compare" />;
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
