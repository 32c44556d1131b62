import type { ReactNode } from 'react';
import type { Fact, Order, Status } from '../../api/types';
import { long, short } from '../../format/durations';
import { money } from '../../format/numbers';
import { clock, dayOf, exact, minute, ownZone } from '../../format/times';
import { Icon } from '../../ui/Icon';
import { StatusIcon } from '../../ui/StatusIcon';
import { Timestamp } from '../../ui/Timestamp';
import styles from './TimelineList.module.css';
import type { DerivedStep, Entry, FactStep } from './timeline';

/** The facts of an order by the time they occurred, with the steps that Goody computed. */
export function TimelineList({ entries, order }: { entries: Entry[]; order: Order | null }) {
  return (
    <ol className={styles.timeline}>
      {entries.map((entry) => (
        <li
          key={entry.kind === 'fact' ? entry.fact.eventId : entry.kind}
          data-overdue={entry.isOverdueFrom}
          data-ahead={entry.kind === 'promise-ahead'}
        >
          <EventTime instant={new Date(entry.at).toISOString()} />
          {entry.kind === 'fact' ? <FactItem step={entry} order={order} /> : <DerivedItem step={entry} />}
          {entry.after !== null && entry.after > 0 && entry.kind !== 'promise-ahead' && (
            <span className={styles.gap}>{short(entry.after)} later</span>
          )}
        </li>
      ))}
    </ol>
  );
}

function EventTime({ instant }: { instant: string }) {
  return (
    <time className={styles.when} dateTime={instant} title={exact(instant)}>
      <b>{dayOf(instant)}</b> <span>{clock(instant)}</span>
    </time>
  );
}

const titles: Record<Status, string> = {
  PLACED: 'Placed',
  SHIPPING_ON_TIME: 'On its way',
  SHIPPING_DELAYED: 'Reported as delayed',
  ARRIVED: 'Arrived',
  LOST: 'Reported lost',
  DAMAGED: 'Reported damaged',
  UNDELIVERABLE: 'Reported undeliverable',
  RETURN_TO_SENDER: 'Returned to sender',
  CANCELLED: 'Cancelled',
};

function FactItem({ step, order }: { step: FactStep; order: Order | null }) {
  const { fact, effect, contradicts, isBeforePlacement, isOutOfOrder, recordingDelay } = step;
  const tag = tagOf(step);
  return (
    <>
      <span className={styles.mark} data-status={fact.status}>
        <StatusIcon status={fact.status} />
      </span>
      <div className={styles.text}>
        <h3>
          {effect === 'back-on-time' ? 'On its way, no longer delayed' : titles[fact.status]}
          {tag !== null && <span className={styles.tag}>{tag}</span>}
        </h3>
        {fact.reason != null && <p className={styles.reason}>“{fact.reason}”</p>}
        {effect === 'placed' && <Placement fact={fact} />}
        {(fact.carrier != null || fact.trackingNumber != null) && (
          <p>
            {fact.carrier != null && `Carried by ${fact.carrier}. `}
            {fact.trackingNumber != null && (
              <>
                Tracking number <code>{fact.trackingNumber}</code>.
              </>
            )}
          </p>
        )}
        <EffectText step={step} order={order} />
        {isBeforePlacement && <p>Dated before the placement; it counts as of the placement.</p>}
        {contradicts.map((field) => (
          <p key={field}>{contradiction(field, fact)}</p>
        ))}
        {contradicts.length > 0 && <p>The first placement counts.</p>}
        {recordingDelay !== null && (
          <p className={styles.late}>
            <Icon name="clock" />
            <span>
              Received {long(recordingDelay, 1)} later, <Timestamp instant={fact.recordedAt} />
              {isOutOfOrder && ', after later events'}.
            </span>
          </p>
        )}
        {fact.isBackfilled === true && <p className={styles.source}>Imported later, from a file.</p>}
      </div>
    </>
  );
}

function tagOf({ effect, contradicts, isOutOfOrder }: FactStep): string | null {
  if (effect === 'placed-again' || effect === 'after-end') return 'Changes nothing';
  if (effect === 'back-on-time' || effect === 'outcome-corrected' || isOutOfOrder) return 'Correction';
  return contradicts.length > 0 ? 'Contradiction' : null;
}

/** The effect of the fact on the order, if the title does not state it. */
function EffectText({ step: { effect }, order }: { step: FactStep; order: Order | null }) {
  switch (effect) {
    case 'placed-again':
      return <p>This is another placement event.</p>;
    case 'repeated':
      return <p>A repeated event; the status did not change.</p>;
    case 'back-on-time':
      return <p>The order was reported as delayed before.</p>;
    case 'ended-again':
      return <p>A repeated event; the outcome did not change.</p>;
    case 'outcome-corrected':
      return (
        <p>
          Corrects the outcome. The time of the end stays
          {order?.completedAt == null ? ' as it was' : <> {minute(order.completedAt, ownZone)}</>}.
        </p>
      );
    case 'after-end':
      return <p>The order had ended. This event is stored, and changes nothing.</p>;
    case 'waiting':
      return <p>Waiting for the placement.</p>;
    default:
      return null;
  }
}

function Placement({ fact }: { fact: Fact }) {
  const gift = [
    fact.giftType == null ? null : `Gift: ${fact.giftType}`,
    fact.giftValue == null ? null : money(fact.giftValue, fact.currency ?? 'USD'),
  ].filter((part) => part !== null);
  return (
    <p>
      {gift.length > 0 && `${gift.join(', ')}. `}
      {fact.isRush === true && 'Rush order. '}
      {fact.estimatedDelivery == null ? (
        'No promise was reported.'
      ) : (
        <>
          Promised for <Timestamp instant={fact.estimatedDelivery} />.
        </>
      )}
      {fact.shipBy != null && (
        <>
          {' '}
          Ship by <Timestamp instant={fact.shipBy} />.
        </>
      )}
    </p>
  );
}

function contradiction(field: FactStep['contradicts'][number], fact: Fact): ReactNode {
  switch (field) {
    case 'vendor':
      return (
        <>
          It has another vendor, <code>{fact.vendorId}</code>.
        </>
      );
    case 'promise':
      return fact.estimatedDelivery == null ? (
        'It has another promise.'
      ) : (
        <>
          It has another promise, <Timestamp instant={fact.estimatedDelivery} />.
        </>
      );
    case 'value':
      return fact.giftValue == null
        ? 'It has another currency.'
        : `It has another value, ${money(fact.giftValue, fact.currency ?? 'USD')}.`;
  }
}

const derivedTexts: Record<DerivedStep['kind'], { title: string; text: string }> = {
  'promise-passed': { title: 'The promise passed', text: 'The order had not ended.' },
  'still-open': { title: 'Still open', text: 'No end was reported when this page was loaded.' },
  'promise-ahead': { title: 'Promised', text: 'Not reached yet.' },
};

function DerivedItem({ step }: { step: DerivedStep }) {
  const { title, text } = derivedTexts[step.kind];
  return (
    <>
      <span className={styles.mark} data-goody>
        <Icon name={step.kind === 'still-open' ? 'clock' : 'flag'} />
      </span>
      <div className={styles.text}>
        <h3>{title}</h3>
        <p>{text}</p>
        {step.kind !== 'promise-ahead' && <p className={styles.source}>Computed by Goody, not reported.</p>}
      </div>
    </>
  );
}
