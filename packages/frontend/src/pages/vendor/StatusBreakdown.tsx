import type { Status, StatusCounts } from '../../api/types';
import { activeStatuses, endedStatuses } from '../../format/labels';
import { count, pluralize, share } from '../../format/numbers';
import { StatusMark } from '../../ui/StatusMark';
import { numberClass, Table } from '../../ui/Table';
import { CountLink, type ReportLink } from '../orders/CountLink';
import type { Count } from '../orders/ordersBehind';
import { furtherCounts, statusCount, vendorCounts } from './counts';
import styles from './StatusBreakdown.module.css';

/** The orders by status: a bar, and the same parts as numbers that add up. */
export function StatusBreakdown({ counts, reportLink }: { counts: StatusCounts; reportLink: ReportLink }) {
  const all = [...activeStatuses, ...endedStatuses];
  const total = sum(counts, all);
  return (
    <section className={styles.panel} aria-labelledby="statuses">
      <div className={styles.head}>
        <h2 id="statuses">{pluralize(total, 'order')}</h2>
        <p>
          active {reportLink.isPast ? 'then' : 'now'}, or ended in {reportLink.inWords}
        </p>
      </div>
      <div>
        <Bar counts={counts} statuses={all} total={total} />
        <Table label="Orders by status, scrolls sideways">
          <thead>
            <tr>
              <th scope="col">Status</th>
              <th scope="col" className={numberClass}>
                Orders
              </th>
              <th scope="col" className={numberClass}>
                Share
              </th>
            </tr>
          </thead>
          <Group
            title="Active"
            of={vendorCounts.activeOrders}
            counts={counts}
            statuses={activeStatuses}
            total={total}
            reportLink={reportLink}
          />
          <Group
            title={`Ended in ${reportLink.inWords}`}
            of={furtherCounts.endedOrders}
            counts={counts}
            statuses={endedStatuses}
            total={total}
            reportLink={reportLink}
          />
          <tfoot>
            <tr>
              <th scope="row">Total</th>
              <td className={numberClass}>{count(total)}</td>
              <td className={numberClass}>{share(total, total)}</td>
            </tr>
          </tfoot>
        </Table>
      </div>
    </section>
  );
}

function Group({
  title,
  of,
  counts,
  statuses,
  total,
  reportLink,
}: {
  title: string;
  /** What the sum of the group counts. */
  of: Count;
  counts: StatusCounts;
  statuses: readonly Status[];
  total: number;
  reportLink: ReportLink;
}) {
  const part = sum(counts, statuses);
  return (
    <tbody>
      <tr className={styles.group}>
        <th scope="rowgroup">{title}</th>
        <td className={numberClass}>
          <CountLink report={reportLink} of={of} value={part} />
        </td>
        <td className={numberClass}>{share(part, total)}</td>
      </tr>
      {statuses.map((status) => (
        <tr key={status} data-zero={counts[status] === 0 || undefined}>
          <th scope="row">
            <StatusMark status={status} />
          </th>
          <td className={numberClass}>
            <CountLink report={reportLink} of={statusCount[status]} value={counts[status]} />
          </td>
          <td className={numberClass}>{share(counts[status], total)}</td>
        </tr>
      ))}
    </tbody>
  );
}

/** Hidden from screen readers: the numbers are in the table below. */
function Bar({ counts, statuses, total }: { counts: StatusCounts; statuses: Status[]; total: number }) {
  let start = 0;
  return (
    <svg className={styles.bar} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      {total === 0 && <rect className={styles.track} width="100" height="10" />}
      {statuses.map((status) => {
        const width = total === 0 ? 0 : (100 * counts[status]) / total;
        const x = start;
        start += width;
        return width === 0 ? null : <rect key={status} data-status={status} x={x} width={width} height="10" />;
      })}
    </svg>
  );
}

function sum(counts: StatusCounts, statuses: readonly Status[]): number {
  return statuses.reduce((total, status) => total + counts[status], 0);
}
