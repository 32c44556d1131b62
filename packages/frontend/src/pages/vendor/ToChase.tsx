import { type HistoryState, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Report } from '../../api/types';
import { count, sums } from '../../format/numbers';
import { RelativeTime } from '../../ui/RelativeTime';
import { Timestamp } from '../../ui/Timestamp';
import { Value } from '../../ui/Value';
import { overdueSearch } from './search';
import styles from './ToChase.module.css';

/** What is open and stuck, and when an order last arrived. */
export function ToChase({
  report: { vendorId, activeOrders, delayedOrders, unshippedOrders, stalledOrders, overdueValue, lastArrivalAt },
  isPast,
  openedFrom,
}: {
  report: Report;
  isPast: boolean;
  openedFrom: HistoryState['openedFrom'];
}) {
  const overdue = `${count(delayedOrders)} of ${count(activeOrders)}`;
  return (
    <section aria-label="To chase">
      <dl className={styles.list}>
        <Item
          name="Overdue"
          note={overdueValue !== null && overdueValue.length > 0 ? sums(overdueValue) : 'open orders'}
        >
          {/* The list of orders shows the current state, not that of another day. */}
          {isPast || delayedOrders === 0 ? (
            overdue
          ) : (
            <Link to="/orders" search={overdueSearch(vendorId)} state={{ openedFrom }}>
              {overdue}
            </Link>
          )}
        </Item>
        <Item name="Unshipped" note="past their ship-by">
          {count(unshippedOrders)}
        </Item>
        <Item name="Stalled" note="on their way, without news">
          {count(stalledOrders)}
        </Item>
        <Item
          name="Last arrival"
          note={lastArrivalAt === null ? 'none yet' : isPast ? 'until then' : <Timestamp instant={lastArrivalAt} />}
        >
          {lastArrivalAt === null ? (
            <Value text={null} reason="no order has arrived" />
          ) : isPast ? (
            <Timestamp instant={lastArrivalAt} precision="day" />
          ) : (
            <RelativeTime instant={lastArrivalAt} />
          )}
        </Item>
      </dl>
    </section>
  );
}

function Item({ name, note, children }: { name: string; note: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b>{children}</b>
        <small>{note}</small>
      </dd>
    </div>
  );
}
