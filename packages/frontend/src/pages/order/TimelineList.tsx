import type { ReactNode } from 'react';
import type { Fact, Order, Status } from '../../api/types';
import { long, short } from '../../format/durations';
import { money } from '../../format/numbers';
import { clock, dayOf, exact, minute, ownZone } from '../../format/times';
import { Icon, SvgIcon } from '../../ui/Icon';
import { StatusIcon } from '../../ui/StatusIcon';
import { Timestamp } from '../../ui/Timestamp';
import styles from './TimelineList.module.css';
import type { DerivedStep, Effect, Entry, FactStep, PlacementField } from './timeline';

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

/** The titles of what says something else than its status. */
const titlesByEffect: Partial<Record<Effect, string>> = {
  'filled-in': 'Placement completed',
  'back-on-time': 'On its way, no longer delayed',
  refunded: 'Refunded',
  returned: 'Returned by the customer',
  'arrived-at-sender': 'Arrived back at the sender',
  'sent-again': 'Sent again',
  replaced: 'Replacement arrived',
};

const fieldNames: Record<PlacementField, string> = {
  estimatedDelivery: 'the promise',
  shipBy: 'the ship-by',
  giftValue: 'the value',
  currency: 'the currency',
  giftType: 'the gift type',
  isRush: 'whether it is a rush order',
  reference: 'the reference',
  vendorName: 'the name of the vendor',
  destination: 'the destination',
};

function FactItem({ step, order }: { step: FactStep; order: Order | null }) {
  const { fact, effect, contradicts, isBeforePlacement, isOutOfOrder, recordingDelay, parcelId } = step;
  const tag = tagOf(step);
  return (
    <>
      <span className={styles.mark} data-status={fact.status}>
        <StatusIcon status={fact.status} />
      </span>
      <div className={styles.text}>
        <h3>
          {titlesByEffect[effect] ?? titles[fact.status]}
          {parcelId !== null && (
            <span className={styles.parcel}>
              Parcel <code>{parcelId}</code>
            </span>
          )}
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
        {fact.attributes != null && <Attributes attributes={fact.attributes} />}
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

/** What the event states beyond the fields that Goody knows. */
function Attributes({ attributes }: { attributes: Record<string, string> }) {
  return (
    <dl className={styles.attributes}>
      {Object.entries(attributes).map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function tagOf({ effect, contradicts, isOutOfOrder }: FactStep): string | null {
  if (effect === 'placed-again' || effect === 'after-end') return 'Changes nothing';
  if (effect === 'back-on-time' || effect === 'outcome-corrected' || isOutOfOrder) return 'Correction';
  return contradicts.length > 0 ? 'Contradiction' : null;
}

/** The effect of the fact on the order, if the title does not state it. */
function EffectText({ step: { effect, adds }, order }: { step: FactStep; order: Order | null }) {
  switch (effect) {
    case 'placed-again':
      return <p>This is another placement event.</p>;
    case 'filled-in':
      return <p>It adds what was missing: {adds.map((field) => fieldNames[field]).join(', ')}.</p>;
    case 'refunded':
      return <p>Cancelled after the end: the customer was refunded. The outcome stays.</p>;
    case 'returned':
      return <p>It had arrived at the customer. The outcome stays.</p>;
    case 'arrived-at-sender':
      return <p>It was on its way back, so this is no arrival at the customer.</p>;
    case 'sent-again':
      return <p>It was lost or damaged: a later arrival is that of the replacement.</p>;
    case 'replaced':
      return <p>It had been lost or damaged, and was sent again. The outcome stays.</p>;
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
  'still-open': { title: 'Still open', text: 'No end had been reported by then.' },
  'promise-ahead': { title: 'Promised', text: 'Not reached yet.' },
};

function DerivedItem({ step }: { step: DerivedStep }) {
  const { title, text } = derivedTexts[step.kind];
  return (
    <>
      <span className={styles.mark} data-goody>
        {step.kind === 'still-open' ? <Icon name="clock" /> : <SvgIcon path="M5 17.5v-14h11l-3 3.75L16 11H5" />}
      </span>
      <div className={styles.text}>
        <h3>{title}</h3>
        <p>{text}</p>
        {step.kind !== 'promise-ahead' && <p className={styles.source}>Computed by Goody, not reported.</p>}
      </div>
    </>
  );
}
