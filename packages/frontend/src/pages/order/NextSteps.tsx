import { Link, useLocation } from '@tanstack/react-router';
import type { Order } from '../../api/types';
import { activeStatuses, statusLabel } from '../../format/labels';
import { buttonClass } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import type { OrdersFilter } from '../orders/search';
import styles from './OrderPage.module.css';

interface Alike {
  title: string;
  filter: OrdersFilter;
}

/** The orders of the vendor that have the same problem, where there is one. */
function alike({ status, isDelayed, completedAt, vendorId }: Order): Alike | null {
  if (status === 'LOST' || status === 'DAMAGED' || status === 'UNDELIVERABLE' || status === 'RETURN_TO_SENDER') {
    return { title: `Orders with the status ${statusLabel[status].toLowerCase()}`, filter: { vendorId, status } };
  }
  if (!isDelayed) return null;
  return completedAt === null
    ? {
        title: 'Open orders past their promise',
        filter: { vendorId, delayed: 'true', status: activeStatuses.join(',') },
      }
    : { title: 'Orders that are late', filter: { vendorId, delayed: 'true' } };
}

export function NextSteps({ order, vendorName }: { order: Order; vendorName: string | null }) {
  const href = useLocation({ select: (location) => location.href });
  const openedFrom = { href, name: `Order ${order.orderId}` };
  const same = alike(order);
  const vendor = vendorName ?? order.vendorId;
  return (
    <aside
      className={styles.ways}
      aria-labelledby="ways"
      data-tone={same === null ? 'rest' : order.isDelayed ? 'watch' : 'bad'}
    >
      <h2 id="ways">{same === null ? 'More of this vendor' : 'Is it the only one?'}</h2>
      <p>{same === null ? `Other orders of ${vendor}.` : `${same.title}, of ${vendor}.`}</p>
      <div>
        <Link
          className={buttonClass}
          to="/orders"
          search={same?.filter ?? { vendorId: order.vendorId }}
          state={{ openedFrom }}
        >
          <Icon name="list" />
          {same === null ? 'Show its orders' : 'Show these orders'}
        </Link>
        <Link
          className={buttonClass}
          to="/vendors/$vendorId"
          params={{ vendorId: order.vendorId }}
          state={{ openedFrom }}
        >
          See the vendor
        </Link>
      </div>
    </aside>
  );
}
