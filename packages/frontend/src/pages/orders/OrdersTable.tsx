import { useLocation } from '@tanstack/react-router';
import type { Order, OrderList } from '../../api/types';
import { long, short } from '../../format/durations';
import { money } from '../../format/numbers';
import cells from '../../ui/OrderRow.module.css';
import { RelativeTime } from '../../ui/RelativeTime';
import { RowLink } from '../../ui/RowLink';
import { StatusMark } from '../../ui/StatusMark';
import { numberClass, Table } from '../../ui/Table';
import { Timestamp } from '../../ui/Timestamp';
import { Value } from '../../ui/Value';
import styles from './OrdersTable.module.css';
import { type DateKind, dateKinds, type OrdersFilter, periodOf } from './search';

const columns = ['Order', 'Vendor', 'Status', 'Placed', 'Promised'];

/** The instant that a list is about, in the last column of dates. */
interface LastDate {
  label: string;
  of: (order: Order) => string | null;
}

const lastDates: { [Kind in DateKind]?: LastDate } = {
  completed: { label: 'Ended', of: (order) => order.completedAt },
  shipDue: { label: 'Ship by', of: (order) => order.shipBy },
  handedOver: { label: 'Handed over', of: (order) => order.handedOverAt },
  returned: { label: 'Returned', of: (order) => order.returnedAt },
  refunded: { label: 'Refunded', of: (order) => order.refundedAt },
};
const shipBy = lastDates.shipDue;

/** Orders as a table; on a phone, each as a card. */
export function OrdersTable({
  list: { orders, vendorNames },
  filter,
  at,
}: {
  list: OrderList;
  filter: OrdersFilter;
  /** The instant of the list, in milliseconds. */
  at: number;
}) {
  const kind = dateKinds.find((one) => lastDates[one] && periodOf(filter, one).some((day) => day !== undefined));
  const lastDate = kind === undefined ? (filter.unshipped === 'true' ? shipBy : undefined) : lastDates[kind];
  return (
    <Table label="Orders, scrolls sideways" hasCards columns={styles.columns}>
      <thead>
        <tr>
          {[...columns, lastDate?.label ?? 'Updated'].map((column) => (
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
          <Row
            key={order.orderId}
            order={order}
            vendor={vendorNames[order.vendorId]}
            asOf={filter.asOf}
            lastDate={lastDate}
            at={at}
          />
        ))}
      </tbody>
    </Table>
  );
}

function Row({
  order,
  vendor,
  asOf,
  lastDate,
  at,
}: {
  order: Order;
  vendor: string | undefined;
  /** The day or the instant of the list; undefined for now. */
  asOf: string | undefined;
  lastDate: LastDate | undefined;
  /** The instant of the list, in milliseconds. */
  at: number;
}) {
  const last = lastDate?.of(order);
  const href = useLocation({ select: (location) => location.href });
  const openedFrom = { href, name: 'Orders' };
  return (
    <tr className={cells.row}>
      <th scope="row" className={`${cells.order} ${styles.order}`}>
        <RowLink to="/orders/$orderId" params={{ orderId: order.orderId }} search={{ asOf }} state={{ openedFrom }}>
          {order.orderId}
        </RowLink>
      </th>
      <td className={styles.vendor} data-label="Vendor">
        <RowLink
          to="/vendors/$vendorId"
          params={{ vendorId: order.vendorId }}
          search={{ date: asOf?.slice(0, 10) }}
          state={{ openedFrom }}
        >
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
            {order.isDelayed && <Late order={order} promise={order.estimatedDelivery} at={at} />}
          </>
        )}
      </td>
      <td data-label={lastDate?.label ?? 'Updated'}>
        {lastDate === undefined ? (
          <RelativeTime instant={order.updatedAt} />
        ) : last ? (
          <Timestamp instant={last} precision="day" />
        ) : (
          <Value text={null} reason="not reported" />
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

/** How late the order is at an instant. An open order is emphasized: action is still possible. */
function Late({ order, promise, at }: { order: Order; promise: string; at: number }) {
  const completed = order.completedAt === null ? Number.POSITIVE_INFINITY : Date.parse(order.completedAt);
  const isOpen = completed > at;
  const by = Math.min(completed, at) - Date.parse(promise);
  // On a past date, its promise may not have passed.
  if (by <= 0) return null;
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
