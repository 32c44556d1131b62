import type { ReactNode } from 'react';
import type { Report } from '../../api/types';
import { sums } from '../../format/numbers';
import { RelativeTime } from '../../ui/RelativeTime';
import { Timestamp } from '../../ui/Timestamp';
import { Value } from '../../ui/Value';
import { CountLink, type ReportLink } from '../orders/CountLink';
import { vendorCounts } from './counts';
import styles from './ToChase.module.css';

/** What is open and stuck, and when an order last arrived. */
export function ToChase({
  report: { activeOrders, delayedOrders, unshippedOrders, stalledOrders, overdueValue, lastArrivalAt },
  reportLink,
}: {
  report: Report;
  reportLink: ReportLink;
}) {
  const { isPast } = reportLink;
  return (
    <section aria-label="To chase">
      <dl className={styles.list}>
        <Item
          name="Overdue"
          note={overdueValue !== null && overdueValue.length > 0 ? sums(overdueValue) : 'open orders'}
        >
          <CountLink report={reportLink} of={vendorCounts.delayedOrders} value={delayedOrders} /> of{' '}
          <CountLink report={reportLink} of={vendorCounts.activeOrders} value={activeOrders} />
        </Item>
        <Item name="Unshipped" note="past their ship-by">
          <CountLink report={reportLink} of={vendorCounts.unshippedOrders} value={unshippedOrders} />
        </Item>
        <Item name="Stalled" note="on their way, without news">
          <CountLink report={reportLink} of={vendorCounts.stalledOrders} value={stalledOrders} />
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
