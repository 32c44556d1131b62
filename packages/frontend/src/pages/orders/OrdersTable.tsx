// biome-ignore-all lint/a11y/noRedundantRoles: a table that is laid out as cards loses its own roles, so they are said
import { Link, useLocation } from '@tanstack/react-router';
import type { Order } from '../../api/types';
import { long, short } from '../../format/durations';
import { money } from '../../format/numbers';
import { Ago } from '../../ui/Ago';
import { At } from '../../ui/At';
import { StatusMark } from '../../ui/StatusMark';
import { Value } from '../../ui/Value';
import styles from './OrdersTable.module.css';

const columns = ['Order', 'Vendor', 'Status', 'Placed', 'Promised', 'Updated', 'Value'];

/** Orders as a table; on a phone, each as a card. */
export function OrdersTable({
  orders,
  vendorName,
  readAt,
}: {
  orders: Order[];
  /** Where all orders are of one vendor. */
  vendorName: string | null;
  readAt: number;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must take the focus, or the keyboard cannot scroll it
    <section className={styles.scroller} aria-label="Orders, scrolls sideways" tabIndex={0}>
      <table className={styles.table} role="table">
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th key={column} scope="col" role="columnheader">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {orders.map((order) => (
            <Row key={order.orderId} order={order} vendorName={vendorName} readAt={readAt} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ order, vendorName, readAt }: { order: Order; vendorName: string | null; readAt: number }) {
  const href = useLocation({ select: (location) => location.href });
  const openedFrom = { href, name: 'Orders' };
  return (
    <tr role="row">
      <th scope="row" role="rowheader" className={styles.order}>
        <Link to="/orders/$orderId" params={{ orderId: order.orderId }} state={{ openedFrom }}>
          {order.orderId}
        </Link>
      </th>
      <td role="cell" className={styles.vendor} data-label="Vendor">
        <Link to="/vendors/$vendorId" params={{ vendorId: order.vendorId }} state={{ openedFrom }}>
          {vendorName ?? order.vendorId}
        </Link>
      </td>
      <td role="cell" className={styles.status}>
        <StatusMark status={order.status} />
      </td>
      <td role="cell" data-label="Placed">
        <At instant={order.createdAt} precision="day" />
      </td>
      <td role="cell" data-label="Promised">
        {order.estimatedDelivery === null ? (
          <Value text={null} because="nothing was promised" />
        ) : (
          <>
            <At instant={order.estimatedDelivery} precision="day" />{' '}
            {order.isDelayed && <Late order={order} promise={order.estimatedDelivery} readAt={readAt} />}
          </>
        )}
      </td>
      <td role="cell" data-label="Updated">
        <Ago instant={order.updatedAt} />
      </td>
      <td role="cell" className={styles.value}>
        <Value
          text={order.giftValue === null ? null : money(order.giftValue, order.currency)}
          because="no value was told"
        />
      </td>
    </tr>
  );
}

/** By how much. Loud while something can be done about it. */
function Late({ order, promise, readAt }: { order: Order; promise: string; readAt: number }) {
  const end = order.completedAt === null ? readAt : Date.parse(order.completedAt);
  const by = end - Date.parse(promise);
  const isOpen = order.completedAt === null;
  return (
    <span
      className={styles.late}
      data-open={isOpen}
      title={isOpen ? `Open, ${long(by)} past its promise` : `Ended ${long(by)} after its promise`}
    >
      {short(by, 1)} late
    </span>
  );
}
