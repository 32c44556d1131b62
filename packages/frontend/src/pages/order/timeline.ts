/** The timeline of an order: its facts with their effects, and computed steps. The rules are those of the server's fold. */
import type { Fact, Order, Status } from '../../api/types';
import { HOUR } from '../../format/durations';
import { activeStatuses, endedStatuses } from '../../format/labels';

/** The recording delay of a fact that is worth showing, in milliseconds. */
const SHOWN_DELAY = HOUR;
/** Facts within this time of each other were recorded together, in milliseconds. */
const TOGETHER_SPAN = 60_000;

/** The effect of a fact on the order. */
export type Effect =
  /** Sets the vendor, the promise and the gift. */
  | 'placed'
  /** Another placement: the first one counts. */
  | 'placed-again'
  /** Changes the status of the open order, or repeats it. */
  | 'advanced'
  | 'repeated'
  /** Changes the status from delayed to on time. */
  | 'back-on-time'
  /** Ends the order, repeats its outcome, or corrects it. */
  | 'ended'
  | 'ended-again'
  | 'outcome-corrected'
  /** An active status after the end: changes nothing. */
  | 'after-end'
  /** Waits for the placement. */
  | 'waiting';

export interface FactStep {
  kind: 'fact';
  at: number;
  fact: Fact;
  effect: Effect;
  /** Milliseconds between the fact and its recording; null if they are not worth showing. */
  recordingDelay: number | null;
  /** Recorded after facts that occurred later. */
  isOutOfOrder: boolean;
  /** Occurred before the placement, and counts as of the placement. */
  isBeforePlacement: boolean;
  /** The fields that differ from the first placement. */
  contradicts: ('vendor' | 'promise' | 'value')[];
}

/** A step without a fact: it follows from the promise and the time. */
export interface DerivedStep {
  kind: 'promise-passed' | 'still-open' | 'promise-ahead';
  at: number;
}

export type Entry = (FactStep | DerivedStep) & {
  /** Milliseconds since the previous entry. */
  after: number | null;
  /** Whether the order was past its promise between this entry and the next. */
  isOverdueFrom: boolean;
};

export interface Timeline {
  entries: Entry[];
  /** When all facts were recorded, if that was together; none of them is then marked as late. */
  recordedTogether: string | null;
  /** Whether all, some or none of the facts were imported later, from a file. */
  backfilled: 'all' | 'some' | 'none';
}

const isActive = (status: Status) => activeStatuses.some((one) => one === status);
const isEnd = (status: Status) => endedStatuses.some((one) => one === status);

/** `history`: in the sequence of the server's fold. `now`: when it was loaded, in milliseconds. */
export function timeline(order: Order | null, history: Fact[], now: number): Timeline {
  const recorded = history.map(({ recordedAt }) => Date.parse(recordedAt));
  const isTogether = history.length > 1 && Math.max(...recorded) - Math.min(...recorded) < TOGETHER_SPAN;
  const facts = factSteps(order, history, !isTogether);
  const steps = order === null ? facts : insertPromise(order, facts, now);
  const promise = order?.estimatedDelivery == null ? null : Date.parse(order.estimatedDelivery);
  const end = order?.completedAt == null ? Number.POSITIVE_INFINITY : Date.parse(order.completedAt);
  const backfilled = history.filter((fact) => fact.isBackfilled === true).length;
  return {
    entries: steps.map((step, index) => {
      const before = steps[index - 1];
      const next = steps[index + 1];
      const isPast = order?.isDelayed === true && promise !== null && step.at >= promise && step.kind !== 'fact';
      const isOverdue = order?.isDelayed === true && promise !== null && step.at > promise;
      return {
        ...step,
        after: before === undefined ? null : step.at - before.at,
        isOverdueFrom: next !== undefined && (isPast || isOverdue) && next.at <= end && step.at < end,
      };
    }),
    recordedTogether: isTogether ? (history.at(-1)?.recordedAt ?? null) : null,
    backfilled: backfilled === 0 ? 'none' : backfilled === history.length ? 'all' : 'some',
  };
}

function factSteps(order: Order | null, history: Fact[], showsDelay: boolean): FactStep[] {
  const placement = history.find(({ status }) => status === 'PLACED');
  const createdAt = order === null ? null : Date.parse(order.createdAt);
  let status: Status = 'PLACED';
  let isEnded = false;

  function effect(fact: Fact): Effect {
    if (order === null) return 'waiting';
    if (fact === placement) return 'placed';
    if (fact.status === 'PLACED') return 'placed-again';
    const before = status;
    if (isEnd(fact.status)) {
      const isFirst = !isEnded;
      isEnded = true;
      status = fact.status;
      if (isFirst) return 'ended';
      return before === fact.status ? 'ended-again' : 'outcome-corrected';
    }
    if (isEnded) return 'after-end';
    status = fact.status;
    if (before === fact.status) return 'repeated';
    return before === 'SHIPPING_DELAYED' && isActive(fact.status) ? 'back-on-time' : 'advanced';
  }

  return history.map((fact, index) => {
    const at = Date.parse(fact.occurredAt);
    const recordedAt = Date.parse(fact.recordedAt);
    const isLate = showsDelay && fact.isBackfilled !== true && recordedAt - at >= SHOWN_DELAY;
    return {
      kind: 'fact',
      at,
      fact,
      effect: effect(fact),
      recordingDelay: isLate ? recordedAt - at : null,
      isOutOfOrder:
        isLate && history.slice(index + 1).some((later) => recordedAt - Date.parse(later.recordedAt) >= TOGETHER_SPAN),
      isBeforePlacement: createdAt !== null && at < createdAt,
      contradicts: placement === undefined || fact === placement ? [] : contradictions(placement, fact),
    };
  });
}

/** A missing field is not a contradiction. */
function contradictions(placement: Fact, fact: Fact): FactStep['contradicts'] {
  const isOther = <T>(mine: T | null | undefined, theirs: T | null | undefined) =>
    mine !== undefined && mine !== null && mine !== theirs;
  const found: FactStep['contradicts'] = [];
  if (isOther(fact.vendorId, placement.vendorId)) found.push('vendor');
  if (fact.status === 'PLACED') {
    if (isOther(fact.estimatedDelivery, placement.estimatedDelivery)) found.push('promise');
    if (isOther(fact.giftValue, placement.giftValue) || isOther(fact.currency, placement.currency)) found.push('value');
  }
  return found;
}

/** Inserts the promise into the steps by its time. */
function insertPromise(order: Order, facts: FactStep[], now: number): (FactStep | DerivedStep)[] {
  if (order.estimatedDelivery === null) return facts;
  const promise = Date.parse(order.estimatedDelivery);
  const isOpen = order.completedAt === null;
  if (!order.isDelayed) return isOpen ? [...facts, { kind: 'promise-ahead', at: promise }] : facts;
  // A fact at the exact time of the promise is on time.
  const before = facts.filter(({ at }) => at <= promise);
  const steps: (FactStep | DerivedStep)[] = [
    ...before,
    { kind: 'promise-passed', at: promise },
    ...facts.slice(before.length),
  ];
  return isOpen ? [...steps, { kind: 'still-open', at: Math.max(now, promise) }] : steps;
}
