import { useLocation } from '@tanstack/react-router';
import type { Order, OrderList } from '../../api/types';
import { long, short } from '../../format/durations';
import { money } from '../../format/numbers';
import cells from '../../ui/OrderRow.module.css';
import { RelativeTime } from '../../ui/RelativeTime';
import { pathOf, RowLink } from '../../ui/RowLink';
import { StatusMark } from '../../ui/StatusMark';
import { numberClass, Table } from '../../ui/Table';
import { Timestamp } from '../../ui/Timestamp';
import { Value } from '../../ui/Value';
import styles from './OrdersTable.module.css';

const columns = ['Order', 'Vendor', 'Status', 'Placed', 'Promised', 'Updated'];

/** Orders as a table; on a phone, each as a card. */
export function OrdersTable({ list: { orders, vendorNames }, readAt }: { list: OrderList; readAt: number }) {
  return (
    <Table label="Orders, scrolls sideways" hasCards columns={styles.columns}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
          <th scope="col" className={numberClass}>
            Value
          </th>
        </tr>
      </thead>
      <tbody>
        {orders.map((order) => (
          <Row key={order.orderId} order={order} vendor={vendorNames[order.vendorId]} readAt={readAt} />
        ))}
      </tbody>
    </Table>
  );
}

function Row({ order, vendor, readAt }: { order: Order; vendor: string | undefined; readAt: number }) {
  const href = useLocation({ select: (location) => location.href });
  const openedFrom = { href, name: 'Orders' };
  return (
    <tr className={cells.row}>
      <th scope="row" className={`${cells.order} ${styles.order}`}>
        <RowLink to={pathOf.order(order.orderId)} state={{ openedFrom }}>
          {order.orderId}
        </RowLink>
      </th>
      <td className={styles.vendor} data-label="Vendor">
        <RowLink to={pathOf.vendor(order.vendorId)} state={{ openedFrom }}>
          {vendor ?? order.vendorId}
        </RowLink>
      </td>
      <td className={`${cells.status} ${styles.status}`}>
        <StatusMark status={order.status} />
      </td>
      <td data-label="Placed">
        <Timestamp instant={order.createdAt} precision="day" />
      </td>
      <td data-label="Promised">
        {order.estimatedDelivery === null ? (
          <Value text={null} reason="no promise was reported" />
        ) : (
          <>
            <Timestamp instant={order.estimatedDelivery} precision="day" />{' '}
            {order.isDelayed && <Late order={order} promise={order.estimatedDelivery} readAt={readAt} />}
          </>
        )}
      </td>
      <td data-label="Updated">
        <RelativeTime instant={order.updatedAt} />
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

/** How late the order is. An open order is emphasized: action is still possible. */
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
