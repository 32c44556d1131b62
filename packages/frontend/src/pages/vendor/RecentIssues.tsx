import type { Order } from '../../api/types';
import { issueStatuses } from '../../format/labels';
import { money, pluralize } from '../../format/numbers';
import cells from '../../ui/OrderRow.module.css';
import { RelativeTime } from '../../ui/RelativeTime';
import { RowLink } from '../../ui/RowLink';
import { StateBox } from '../../ui/StateBox';
import { StatusMark } from '../../ui/StatusMark';
import { numberClass, Table } from '../../ui/Table';
import { Value } from '../../ui/Value';
import type { ReportLink } from '../orders/CountLink';
import { OrderLink } from '../orders/OrderLink';
import { fleetCounts, ordersBehind } from '../orders/ordersBehind';
import styles from './RecentIssues.module.css';

/** Enough to show what goes wrong. A link leads to the others. */
const SHOWN = 10;

/** The latest orders with an issue. */
export function RecentIssues({
  orders,
  issues,
  reportLink,
}: {
  orders: Order[];
  /** The issues of the window. */
  issues: number;
  reportLink: ReportLink;
}) {
  const { vendorId, page } = reportLink;
  // Those of the window are as many as the report counts; the table may have older ones, too.
  const all =
    issues > 0 ? ordersBehind(reportLink, fleetCounts.issueCount) : { vendorId, status: issueStatuses.join() };
  return (
    <section className={styles.section} aria-labelledby="issues">
      <div className={styles.head}>
        <h2 id="issues">Recent issues</h2>
        {orders.length > 0 && (
          <RowLink to="/orders" search={all} from={page}>
            {issues > 0 ? `${pluralize(issues, 'issue')} in ${reportLink.inWords}` : 'All issues'}
          </RowLink>
        )}
      </div>
      {orders.length === 0 ? (
        <StateBox tone="empty" label="Nothing here" title="No order went wrong">
          <p>No order of this vendor was lost, damaged, undeliverable or returned within the retention time.</p>
        </StateBox>
      ) : (
        <Table label="Recent issues, scrolls sideways" hasCards>
          <thead>
            <tr>
              <th scope="col">Order</th>
              <th scope="col">Issue</th>
              <th scope="col">Reason</th>
              <th scope="col">Ended</th>
              <th scope="col" className={numberClass}>
                Value
              </th>
            </tr>
          </thead>
          <tbody>
            {orders.slice(0, SHOWN).map((order) => (
              <Row key={order.orderId} order={order} reportLink={reportLink} />
            ))}
          </tbody>
        </Table>
      )}
    </section>
  );
}

function Row({ order, reportLink }: { order: Order; reportLink: ReportLink }) {
  return (
    <tr className={cells.row}>
      <th scope="row" className={`${cells.order} ${styles.id}`}>
        <OrderLink orderId={order.orderId} report={reportLink} />
      </th>
      <td className={`${cells.status} ${styles.status}`}>
        <StatusMark status={order.status} />
      </td>
      <td className={styles.reason} data-label="Reason">
        <Value text={order.reason} reason="no reason was reported" />
      </td>
      <td data-label="Ended">
        {order.completedAt === null ? (
          <Value text={null} reason="the order is open" />
        ) : (
          <RelativeTime instant={order.completedAt} />
        )}
      </td>
      <td className={`${numberClass} ${cells.value}`}>
        <Value
          text={order.giftValue === null ? null : money(order.giftValue, order.currency)}
          reason="no value was reported"
        />
      </td>
    </tr>
  );
}
