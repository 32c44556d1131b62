/** What was told of an order, step by step, and what Goody makes of it. The rules are those by which the server folds the facts. */
import type { Fact, Order, Status } from '../../api/types';
import { HOUR } from '../../format/durations';
import { activeStatuses, endedStatuses } from '../../format/labels';

/** A fact that was told so much later than it happened says so, in milliseconds. */
const NOTABLY_LATE = HOUR;
/** Facts recorded within so long of each other were told together, in milliseconds. */
const TOGETHER = 60_000;

/** What a fact did to the order. */
export type Effect =
  /** Gave it its vendor, promise and gift. */
  | 'placed'
  /** The placement once more: the first one holds. */
  | 'placed-again'
  /** Brought it on, or said again where it is. */
  | 'advanced'
  | 'repeated'
  /** Took back that it was delayed. */
  | 'back-on-time'
  /** Ended it, said again how it ended, or said that it ended otherwise. */
  | 'ended'
  | 'ended-again'
  | 'outcome-corrected'
  /** Tells of it going on after it had ended. */
  | 'after-end'
  /** Waits for the placement. */
  | 'waiting';

export interface FactStep {
  kind: 'fact';
  at: number;
  fact: Fact;
  effect: Effect;
  /** How long after it happened it was told, where that is worth saying. */
  recordingDelay: number | null;
  /** Told when later steps were known already, so that it changed the story behind them. */
  isOutOfOrder: boolean;
  /** It happened before the placement, and counts as of the placement. */
  isBeforePlacement: boolean;
  /** What it says otherwise than the placement that holds. */
  contradicts: ('vendor' | 'promise' | 'value')[];
}

/** Nobody told this: it follows from the promise and the time. */
export interface DerivedStep {
  kind: 'promise-passed' | 'still-open' | 'promise-ahead';
  at: number;
}

export type Entry = (FactStep | DerivedStep) & {
  /** How long after the entry before. */
  after: number | null;
  /** From here to the next entry the order was past its promise. */
  isOverdueFrom: boolean;
};

export interface Timeline {
  entries: Entry[];
  /** When all facts were told, where they were told at once; then none of them is marked as late. */
  recordedTogether: string | null;
  /** Whether all, some or none of the facts came long after, from a file. */
  backfilled: 'all' | 'some' | 'none';
}

const isActive = (status: Status) => activeStatuses.some((one) => one === status);
const isEnd = (status: Status) => endedStatuses.some((one) => one === status);

/** `history`: in the order in which the server folds it. `now`: when it was read, in milliseconds. */
export function timeline(order: Order | null, history: Fact[], now: number): Timeline {
  const recorded = history.map(({ recordedAt }) => Date.parse(recordedAt));
  const isTogether = history.length > 1 && Math.max(...recorded) - Math.min(...recorded) < TOGETHER;
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

function factSteps(order: Order | null, history: Fact[], isLateWorthSaying: boolean): FactStep[] {
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
    const isLate = isLateWorthSaying && fact.isBackfilled !== true && recordedAt - at >= NOTABLY_LATE;
    return {
      kind: 'fact',
      at,
      fact,
      effect: effect(fact),
      recordingDelay: isLate ? recordedAt - at : null,
      isOutOfOrder:
        isLate && history.slice(index + 1).some((later) => recordedAt - Date.parse(later.recordedAt) >= TOGETHER),
      isBeforePlacement: createdAt !== null && at < createdAt,
      contradicts: placement === undefined || fact === placement ? [] : contradictions(placement, fact),
    };
  });
}

/** What a fact leaves out, it does not contradict. */
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

/** The steps, with the promise in its place in time. */
function insertPromise(order: Order, facts: FactStep[], now: number): (FactStep | DerivedStep)[] {
  if (order.estimatedDelivery === null) return facts;
  const promise = Date.parse(order.estimatedDelivery);
  const isOpen = order.completedAt === null;
  if (!order.isDelayed) return isOpen ? [...facts, { kind: 'promise-ahead', at: promise }] : facts;
  // What happened at the very moment of the promise still happened in time.
  const before = facts.filter(({ at }) => at <= promise);
  const steps: (FactStep | DerivedStep)[] = [
    ...before,
    { kind: 'promise-passed', at: promise },
    ...facts.slice(before.length),
  ];
  return isOpen ? [...steps, { kind: 'still-open', at: Math.max(now, promise) }] : steps;
}
