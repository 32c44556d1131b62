import { type HistoryState, Link } from '@tanstack/react-router';
import type { Order, OrderList } from '../../api/types';
import { short } from '../../format/durations';
import { count, money } from '../../format/numbers';
import { StateBox } from '../../ui/StateBox';
import { Timestamp } from '../../ui/Timestamp';
import { useNow } from '../../ui/useNow';
import { Value } from '../../ui/Value';
import styles from './OverdueOrders.module.css';
import { overdueSearch } from './search';

/** As many as a person can chase in a morning. A link leads to the others. */
const SHOWN = 8;

const DAY = 86_400_000;

/** The orders to chase: open, and past their promise. The most overdue first. */
export function OverdueOrders({
  vendorId,
  overdue,
  openedFrom,
}: {
  vendorId: string;
  overdue: OrderList | null;
  openedFrom: HistoryState['openedFrom'];
}) {
  return (
    <section aria-labelledby="overdue">
      <div className={styles.head}>
        <h2 id="overdue">{overdue === null ? 'Overdue, still open' : title(overdue)}</h2>
        {overdue !== null && overdue.orders.length > 0 && (
          <Link to="/orders" search={overdueSearch(vendorId)} state={{ openedFrom }}>
            All {atLeast(overdue)} overdue
          </Link>
        )}
      </div>
      {overdue === null ? (
        <StateBox tone="empty" label="Past day" title="Only the orders of today can be listed">
          <p>A list shows the current state. The number of delayed orders at the end of that day is above.</p>
        </StateBox>
      ) : overdue.orders.length === 0 ? (
        <StateBox tone="empty" label="Nothing here" title="Nothing to chase">
          <p>No open order of this vendor is past its promise.</p>
        </StateBox>
      ) : (
        <OverdueList overdue={overdue} openedFrom={openedFrom} />
      )}
    </section>
  );
}

function OverdueList({ overdue, openedFrom }: { overdue: OrderList; openedFrom: HistoryState['openedFrom'] }) {
  const now = useNow();
  const latest = overdue.orders
    .toSorted((a, b) => promiseTime(a) - promiseTime(b))
    .slice(0, SHOWN)
    .map((order) => ({ order, late: now - promiseTime(order) }));
  return (
    <>
      <ul className={styles.list}>
        {latest.map(({ order, late }) => (
          <li key={order.orderId}>
            <span className={styles.late} data-tone={late >= 2 * DAY ? 'bad' : 'watch'}>
              <b>{short(late, 1)}</b> late
            </span>
            <span>
              <Link
                className={styles.id}
                to="/orders/$orderId"
                params={{ orderId: order.orderId }}
                state={{ openedFrom }}
              >
                {order.orderId}
              </Link>
              <small>
                promised{' '}
                {order.estimatedDelivery === null ? (
                  '–'
                ) : (
                  <Timestamp instant={order.estimatedDelivery} precision="day" />
                )}
              </small>
            </span>
            <span className={styles.value}>
              <Value
                text={order.giftValue === null ? null : money(order.giftValue, order.currency)}
                reason="no value was reported"
              />
            </span>
          </li>
        ))}
      </ul>
      {overdue.hasMore && (
        <p className={styles.note}>The most overdue of the {count(overdue.orders.length)} oldest orders.</p>
      )}
    </>
  );
}

function title(overdue: OrderList): string {
  const { total } = overdue.summary;
  return total === 0 ? 'None overdue' : `${atLeast(overdue)} overdue, still open`;
}

function atLeast({ summary: { total, totalIsLowerBound } }: OrderList): string {
  return totalIsLowerBound ? `${count(total)} or more` : count(total);
}

/** The promise. An order without one is never overdue. */
function promiseTime(order: Order): number {
  return order.estimatedDelivery === null ? Number.POSITIVE_INFINITY : Date.parse(order.estimatedDelivery);
}
