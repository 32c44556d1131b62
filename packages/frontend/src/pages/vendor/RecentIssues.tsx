import type { Order } from '../../api/types';
import { money } from '../../format/numbers';
import { Ago } from '../../ui/Ago';
import { StateBox } from '../../ui/StateBox';
import { StatusMark } from '../../ui/StatusMark';
import { numberClass, Table } from '../../ui/Table';
import { Value } from '../../ui/Value';
import styles from './RecentIssues.module.css';

/** The latest orders that went wrong. */
export function RecentIssues({ orders }: { orders: Order[] }) {
  return (
    <section className={styles.section} aria-labelledby="issues">
      <h2 className={styles.heading} id="issues">
        Recent issues
      </h2>
      {orders.length === 0 ? (
        <StateBox tone="empty" label="Nothing here" title="No order went wrong">
          <p>No order of this vendor was lost, damaged, undeliverable or returned, as far as orders are kept.</p>
        </StateBox>
      ) : (
        <Table label="Recent issues, scrolls sideways">
          <thead>
            <tr>
              <th scope="col">Order</th>
              <th scope="col">Issue</th>
              <th scope="col">Ended</th>
              <th scope="col">Placed</th>
              <th scope="col">Reason</th>
              <th scope="col" className={numberClass}>
                Value
              </th>
            </tr>
          </thead>
          <tbody>
            {orders.map((order) => (
              <Row key={order.orderId} order={order} />
            ))}
          </tbody>
        </Table>
      )}
    </section>
  );
}

function Row({ order }: { order: Order }) {
  return (
    <tr>
      <th scope="row" className={styles.id}>
        {order.orderId}
      </th>
      <td>
        <StatusMark status={order.status} />
      </td>
      <td>
        {order.completedAt === null ? (
          <Value text={null} because="it has not ended" />
        ) : (
          <Ago instant={order.completedAt} />
        )}
      </td>
      <td>
        <Ago instant={order.createdAt} />
      </td>
      <td className={styles.reason}>
        <Value text={order.reason} because="no reason was told" />
      </td>
      <td className={numberClass}>
        <Value
          text={order.giftValue === null ? null : money(order.giftValue, order.currency)}
          because="no value was told"
        />
      </td>
    </tr>
  );
}
