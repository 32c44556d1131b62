import { type HistoryState, Link } from '@tanstack/react-router';
import type { Order } from '../../api/types';
import { issueStatuses } from '../../format/labels';
import { money } from '../../format/numbers';
import cells from '../../ui/OrderRow.module.css';
import { RelativeTime } from '../../ui/RelativeTime';
import { StateBox } from '../../ui/StateBox';
import { StatusMark } from '../../ui/StatusMark';
import { numberClass, Table } from '../../ui/Table';
import { Value } from '../../ui/Value';
import styles from './RecentIssues.module.css';

/** Enough to show what goes wrong. A link leads to the others. */
const SHOWN = 10;

/** The latest orders with an issue. */
export function RecentIssues({
  vendorId,
  orders,
  openedFrom,
}: {
  vendorId: string;
  orders: Order[];
  openedFrom: HistoryState['openedFrom'];
}) {
  return (
    <section className={styles.section} aria-labelledby="issues">
      <div className={styles.head}>
        <h2 id="issues">Recent issues</h2>
        {orders.length > 0 && (
          <Link to="/orders" search={{ vendorId, status: issueStatuses.join(',') }} state={{ openedFrom }}>
            All issues
          </Link>
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
              <Row key={order.orderId} order={order} openedFrom={openedFrom} />
            ))}
          </tbody>
        </Table>
      )}
    </section>
  );
}

function Row({ order, openedFrom }: { order: Order; openedFrom: HistoryState['openedFrom'] }) {
  return (
    <tr className={cells.row}>
      <th scope="row" className={`${cells.order} ${styles.id}`}>
        <Link to="/orders/$orderId" params={{ orderId: order.orderId }} state={{ openedFrom }}>
          {order.orderId}
        </Link>
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
