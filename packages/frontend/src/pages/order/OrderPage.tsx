import type { ReactNode } from 'react';
import { money } from '../../format/numbers';
import { ownZone, shortDay } from '../../format/times';
import { BackLink } from '../../ui/BackLink';
import { DateBar } from '../../ui/DateBar';
import { Icon } from '../../ui/Icon';
import { PageHead } from '../../ui/PageHead';
import { StateBox } from '../../ui/StateBox';
import { StatusMark } from '../../ui/StatusMark';
import { Timestamp } from '../../ui/Timestamp';
import { DurationBar } from './DurationBar';
import { durationBreakdown } from './durationBreakdown';
import { headline } from './headline';
import type { OrderData, OrderSearch } from './load';
import { NextSteps } from './NextSteps';
import { OrderFacts } from './OrderFacts';
import styles from './OrderPage.module.css';
import { Parcels } from './Parcels';
import { TimelineList } from './TimelineList';
import { type Timeline, timeline } from './timeline';

/** One order: its state compared with its promise, its durations to scale, and its timeline. */
export function OrderPage({ data: { detail, vendor, at }, search }: { data: OrderData; search: OrderSearch }) {
  const { orderId, order, parcels, date } = detail;
  const isPast = search.asOf !== undefined;
  const name = `Order ${orderId}${isPast ? `, end of ${shortDay(date)}` : ''}`;
  const head = {
    orderId,
    date: isPast ? date : null,
    bar: <DateBar date={date} isPast={isPast} timeZone={detail.timeZone} search={{}} name="asOf" />,
  };
  // Events that are taken back count nowhere.
  const history = detail.history.filter((entry) => entry.kind === 'event').filter(({ isTakenBack }) => !isTakenBack);
  const steps = timeline(order, history, at);
  const historyPanel = (
    <section className={styles.panel} aria-labelledby="happened">
      <div className={styles.panelHead}>
        <h2 id="happened">What happened</h2>
        <p>Times are in your time zone ({ownZone})</p>
      </div>
      <Source timeline={steps} />
      {order?.suspect === true && <Suspect />}
      <TimelineList entries={steps.entries} order={order} />
    </section>
  );
  if (order === null) {
    return (
      <>
        <title>{`${name} · Goody`}</title>
        <Head {...head} title={isPast ? 'Not placed yet.' : 'No placement received.'} />
        <div className={styles.unplaced}>
          {isPast ? (
            <StateBox tone="empty" label="Not counted" title="Not placed by the end of this day">
              <p>The order is in no list and no count of this day. A later day shows what happened to it.</p>
            </StateBox>
          ) : (
            <StateBox tone="empty" label="Not counted" title="Waiting for the placement">
              <p>
                Goody received events of this order, but no <code>PLACED</code> event with its vendor and its promise.
                Until it receives one, the order is not in any list or count.
              </p>
            </StateBox>
          )}
        </div>
        {historyPanel}
      </>
    );
  }
  const breakdown = durationBreakdown(order, history, at);
  const heading = headline(order, breakdown, parcels);
  return (
    <>
      <title>{`${name} · Goody`}</title>
      <Head
        {...head}
        title={
          <>
            {heading.text} {heading.late !== null && <span className={styles.late}>{heading.late}</span>}
          </>
        }
      >
        <p className={styles.meta}>
          <StatusMark status={order.status} />
          <span>{vendor?.name ?? order.vendorId}</span>
          {order.giftValue !== null && <span>{money(order.giftValue, order.currency)}</span>}
          {order.isRush && <span>Rush</span>}
          {order.returnedAt !== null && <span>Returned by the customer</span>}
          {order.refundedAt !== null && <span>Refunded</span>}
          {order.replacementArrivedAt !== null && <span>Replacement arrived</span>}
        </p>
      </Head>
      <DurationBar breakdown={breakdown} isOpen={order.completedAt === null} />
      <div className={styles.columns}>
        <div>
          {parcels.length > 0 && <Parcels parcels={parcels} />}
          {historyPanel}
        </div>
        <div>
          <section className={styles.panel} aria-labelledby="facts">
            <div className={styles.panelHead}>
              <h2 id="facts">Facts</h2>
            </div>
            <OrderFacts order={order} vendorName={vendor?.name ?? null} now={at} search={search} />
          </section>
          <NextSteps order={order} vendorName={vendor?.name ?? null} search={search} />
        </div>
      </div>
    </>
  );
}

function Head({
  orderId,
  date,
  bar,
  title,
  children,
}: {
  orderId: string;
  /** The past day at whose end the order is shown. */
  date: string | null;
  bar: ReactNode;
  title: ReactNode;
  children?: ReactNode;
}) {
  const label = (
    <span>
      Order <span className={styles.id}>{orderId}</span>
      {date !== null && `, end of ${shortDay(date)}`}
    </span>
  );
  return (
    <div>
      <BackLink fallback={{ href: '/orders', name: 'Orders' }} />
      <PageHead label={label} title={title} about={bar}>
        {children}
      </PageHead>
    </div>
  );
}

/** States why the times of the order are in no mean. */
function Suspect() {
  return (
    <p className={styles.suspect} data-tone="watch">
      <Icon name="warning" />
      <span>
        <b>Suspect times.</b> An arrival is said to be before the placement, or more than two years after it. The order
        counts, but not in the average times of delivery and handover.
      </span>
    </p>
  );
}

/** States once that all events were received together or imported, instead of at each step. */
function Source({ timeline: { recordedTogether, backfilled } }: { timeline: Timeline }) {
  if (recordedTogether === null && backfilled !== 'all') return null;
  return (
    <p className={styles.source}>
      {backfilled === 'all' ? 'All events were imported later, from a file' : 'All events were received together'}
      {recordedTogether !== null && (
        <>
          , <Timestamp instant={recordedTogether} />
        </>
      )}
      .
    </p>
  );
}
