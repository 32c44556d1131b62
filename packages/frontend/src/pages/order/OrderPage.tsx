import type { ReactNode } from 'react';
import { money } from '../../format/numbers';
import { ownZone } from '../../format/times';
import { BackLink } from '../../ui/BackLink';
import { PageHead } from '../../ui/PageHead';
import { StateBox } from '../../ui/StateBox';
import { StatusMark } from '../../ui/StatusMark';
import { Timestamp } from '../../ui/Timestamp';
import { DurationBar } from './DurationBar';
import { durationBreakdown } from './durationBreakdown';
import { headline } from './headline';
import type { OrderData } from './load';
import { NextSteps } from './NextSteps';
import { OrderFacts } from './OrderFacts';
import styles from './OrderPage.module.css';
import { TimelineList } from './TimelineList';
import { type Timeline, timeline } from './timeline';

/** One order: how it stands against its promise, drawn to scale, and told step by step. */
export function OrderPage({ data: { detail, vendor, readAt } }: { data: OrderData }) {
  const { orderId, order, history } = detail;
  const steps = timeline(order, history, readAt);
  const historyPanel = (
    <section className={styles.panel} aria-labelledby="happened">
      <div className={styles.panelHead}>
        <h2 id="happened">What happened</h2>
        <p>Times are yours ({ownZone})</p>
      </div>
      <Source timeline={steps} />
      <TimelineList entries={steps.entries} order={order} />
    </section>
  );
  if (order === null) {
    return (
      <>
        <title>{`Order ${orderId} · Goody`}</title>
        <Head orderId={orderId} title="Its placement has not been told." />
        <div className={styles.unplaced}>
          <StateBox tone="empty" label="Not counted" title="What is told so far waits">
            <p>
              Goody knows of this order, but not that it was placed: by which vendor, and what was promised. Until a{' '}
              <code>PLACED</code> event says so, the order is in no list and no number.
            </p>
          </StateBox>
        </div>
        {historyPanel}
      </>
    );
  }
  const breakdown = durationBreakdown(order, history, readAt);
  const heading = headline(order, breakdown);
  return (
    <>
      <title>{`Order ${orderId} · Goody`}</title>
      <Head
        orderId={orderId}
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
        </p>
      </Head>
      <DurationBar breakdown={breakdown} isOpen={order.completedAt === null} />
      <div className={styles.columns}>
        {historyPanel}
        <div>
          <section className={styles.panel} aria-labelledby="facts">
            <div className={styles.panelHead}>
              <h2 id="facts">Facts</h2>
            </div>
            <OrderFacts order={order} vendorName={vendor?.name ?? null} />
          </section>
          <NextSteps order={order} vendorName={vendor?.name ?? null} />
        </div>
      </div>
    </>
  );
}

function Head({ orderId, title, children }: { orderId: string; title: ReactNode; children?: ReactNode }) {
  const label = (
    <span>
      Order <span className={styles.id}>{orderId}</span>
    </span>
  );
  return (
    <div>
      <BackLink fallback={{ href: '/orders', name: 'Orders' }} />
      <PageHead label={label} title={title}>
        {children}
      </PageHead>
    </div>
  );
}

/** Where all facts came at once, it is said once, and quietly. */
function Source({ timeline: { recordedTogether, backfilled } }: { timeline: Timeline }) {
  if (recordedTogether === null && backfilled !== 'all') return null;
  return (
    <p className={styles.source}>
      {backfilled === 'all' ? 'All of this came long after the fact, from a file' : 'All of this was told at once'}
      {recordedTogether !== null && (
        <>
          , <Timestamp instant={recordedTogether} />
        </>
      )}
      .
    </p>
  );
}
