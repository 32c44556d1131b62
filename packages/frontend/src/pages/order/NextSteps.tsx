import { Link, useLocation } from '@tanstack/react-router';
import type { Order } from '../../api/types';
import { activeStatuses, statusLabel } from '../../format/labels';
import { buttonClass } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import type { OrdersFilter } from '../orders/search';
import type { OrderSearch } from './load';
import styles from './OrderPage.module.css';

interface SimilarOrders {
  title: string;
  filter: OrdersFilter;
}

/** The orders of the vendor with the same problem; null if the order has none. */
function similarOrders({ status, isDelayed, completedAt, vendorId }: Order): SimilarOrders | null {
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

export function NextSteps({
  order,
  vendorName,
  search: { asOf },
}: {
  order: Order;
  vendorName: string | null;
  search: OrderSearch;
}) {
  const href = useLocation({ select: (location) => location.href });
  const openedFrom = { href, name: `Order ${order.orderId}` };
  const similar = similarOrders(order);
  const vendor = vendorName ?? order.vendorId;
  return (
    <aside
      className={styles.nextSteps}
      aria-labelledby="next-steps"
      data-tone={similar === null ? 'rest' : order.isDelayed ? 'watch' : 'bad'}
    >
      <h2 id="next-steps">{similar === null ? 'More from this vendor' : 'Similar orders'}</h2>
      <p>{similar === null ? `Other orders of ${vendor}.` : `${similar.title}, of ${vendor}.`}</p>
      <div>
        <Link
          className={buttonClass}
          to="/orders"
          search={{ ...(similar?.filter ?? { vendorId: order.vendorId }), asOf }}
          state={{ openedFrom }}
        >
          <Icon name="list" />
          {similar === null ? 'Show its orders' : 'Show these orders'}
        </Link>
        <Link
          className={buttonClass}
          to="/vendors/$vendorId"
          params={{ vendorId: order.vendorId }}
          search={{ date: asOf?.slice(0, 10) }}
          state={{ openedFrom }}
        >
          See the vendor
        </Link>
      </div>
    </aside>
  );
}
