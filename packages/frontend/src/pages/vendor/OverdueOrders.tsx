import type { OrderList } from '../../api/types';
import { short } from '../../format/durations';
import { count, money } from '../../format/numbers';
import { RowLink } from '../../ui/RowLink';
import { StateBox } from '../../ui/StateBox';
import { Timestamp } from '../../ui/Timestamp';
import { useNow } from '../../ui/useNow';
import { Value } from '../../ui/Value';
import type { ReportLink } from '../orders/CountLink';
import { OrderLink } from '../orders/OrderLink';
import { fleetCounts, ordersBehind } from '../orders/ordersBehind';
import styles from './OverdueOrders.module.css';

const DAY = 86_400_000;

/** The orders to chase: open, and past their promise. The most overdue first. */
export function OverdueOrders({
  overdue,
  reportLink,
  asOf,
}: {
  overdue: OrderList;
  reportLink: ReportLink;
  /** The instant of the report. */
  asOf: string;
}) {
  const { isPast, page } = reportLink;
  return (
    <section aria-labelledby="overdue">
      <div className={styles.head}>
        <h2 id="overdue">{title(overdue, isPast)}</h2>
        {overdue.orders.length > 0 && (
          <RowLink to="/orders" search={ordersBehind(reportLink, fleetCounts.delayedOrders)} from={page}>
            All {atLeast(overdue)} overdue
          </RowLink>
        )}
      </div>
      {overdue.orders.length === 0 ? (
        <StateBox tone="empty" label="Nothing here" title="Nothing to chase">
          <p>
            No open order of this vendor{' '}
            {isPast ? 'was past its promise at the end of that day' : 'is past its promise'}.
          </p>
        </StateBox>
      ) : (
        <OverdueList overdue={overdue} end={isPast ? Date.parse(asOf) : null} reportLink={reportLink} />
      )}
    </section>
  );
}

function OverdueList({
  overdue,
  end,
  reportLink,
}: {
  overdue: OrderList;
  /** When a past day ended; null for today. */
  end: number | null;
  reportLink: ReportLink;
}) {
  const now = useNow();
  return (
    <ul className={styles.list}>
      {overdue.orders.map((order) => (
        <li key={order.orderId}>
          <Late by={(end ?? now) - Date.parse(order.estimatedDelivery ?? '')} />
          <span>
            <OrderLink className={styles.id} orderId={order.orderId} report={reportLink} />
            <small>
              promised{' '}
              {order.estimatedDelivery === null ? '–' : <Timestamp instant={order.estimatedDelivery} precision="day" />}
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
  );
}

function Late({ by }: { by: number }) {
  return (
    <span className={styles.late} data-tone={by >= 2 * DAY ? 'bad' : 'watch'}>
      <b>{short(by, 1)}</b> late
    </span>
  );
}

function title(overdue: OrderList, isPast: boolean): string {
  const { total } = overdue.summary;
  return total === 0 ? 'None overdue' : `${atLeast(overdue)} overdue, ${isPast ? 'open then' : 'still open'}`;
}

function atLeast({ summary: { total, totalIsLowerBound } }: OrderList): string {
  return totalIsLowerBound ? `at least ${count(total)}` : count(total);
}
