import { Link } from '@tanstack/react-router';
import type { RecentOrders } from '../../api/types';
import { counted } from '../../format/numbers';
import { StatusMark } from '../../ui/StatusMark';

/** What changed lately. */
export function RecentPage({ data }: { data: RecentOrders }) {
  return (
    <>
      <title>Recent updates · Goody</title>
      <h1>{counted(data.activity.updatedLastHour, 'order')} updated in the last hour.</h1>
      <ul>
        {data.orders.map(({ order }) => (
          <li key={order.orderId}>
            <Link to="/orders/$orderId" params={{ orderId: order.orderId }}>
              {order.orderId}
            </Link>{' '}
            <StatusMark status={order.status} />
          </li>
        ))}
      </ul>
    </>
  );
}
