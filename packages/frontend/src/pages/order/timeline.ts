/** The timeline of an order: its facts with their effects, and computed steps. The rules are those of the server's fold. */
import type { Fact, Order, Status } from '../../api/types';
import { HOUR } from '../../format/durations';
import { activeStatuses } from '../../format/labels';

/** The recording delay of a fact that is worth showing, in milliseconds. */
const SHOWN_DELAY = HOUR;
/** Facts within this time of each other were recorded together, in milliseconds. */
const TOGETHER_SPAN = 60_000;

/** The effect of a fact on the order. */
export type Effect =
  /** Sets the vendor, the promise and the gift. */
  | 'placed'
  /** Another placement, which adds fields that were missing, or changes nothing. */
  | 'filled-in'
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
  /** After the end, without a change of the outcome: a refund, the customer's return, and an arrival back at the sender. */
  | 'refunded'
  | 'returned'
  | 'arrived-at-sender'
  /** After a loss or a damage: it is sent again, and the replacement arrives. */
  | 'sent-again'
  | 'replaced'
  /** Waits for the placement. */
  | 'waiting';

/** The fields of a placement apart from its vendor. */
const placementFields = [
  'estimatedDelivery',
  'shipBy',
  'giftValue',
  'currency',
  'giftType',
  'isRush',
  'reference',
  'vendorName',
  'destination',
] as const satisfies (keyof Fact)[];

export type PlacementField = (typeof placementFields)[number];

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
  /** The fields that differ from those of the placements before. */
  contradicts: ('vendor' | 'promise' | 'value')[];
  /** The fields that no placement before had. */
  adds: PlacementField[];
  /** The parcel that the fact is about; null if it is about the whole order. */
  parcelId: string | null;
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
  /** Each field as the first placement that has it gives it. */
  const known: Partial<Fact> = { ...placement };
  const createdAt = order === null ? null : Date.parse(order.createdAt);
  const names = new Set(history.flatMap(({ parcelId }) => parcelId ?? []));
  // An order without named parcels has one without a name.
  const parcels = new Map([...(names.size === 0 ? [''] : names)].map((name) => [name, new ParcelState()]));

  function effect(fact: Fact, adds: PlacementField[]): Effect {
    if (order === null) return 'waiting';
    if (fact === placement) return 'placed';
    if (fact.status === 'PLACED') return adds.length > 0 ? 'filled-in' : 'placed-again';
    const concerned = fact.parcelId == null ? [...parcels.values()] : [parcels.get(fact.parcelId)];
    // A fact about all parcels is shown by its strongest effect on one of them.
    const effects = concerned.flatMap((parcel) => parcel?.apply(fact.status) ?? []);
    return byStrength.find((effect) => effects.includes(effect)) ?? 'after-end';
  }

  return history.map((fact, index) => {
    const at = Date.parse(fact.occurredAt);
    const recordedAt = Date.parse(fact.recordedAt);
    const isLate = showsDelay && fact.isBackfilled !== true && recordedAt - at >= SHOWN_DELAY;
    const contradicts = placement === undefined || fact === placement ? [] : contradictions(known, fact);
    // A placement with another vendor counts nowhere.
    const isFurther = fact.status === 'PLACED' && fact !== placement && fact.vendorId === placement?.vendorId;
    const adds = isFurther ? placementFields.filter((field) => known[field] == null && fact[field] != null) : [];
    Object.assign(known, Object.fromEntries(adds.map((field) => [field, fact[field]])));
    return {
      kind: 'fact',
      at,
      fact,
      effect: effect(fact, adds),
      recordingDelay: isLate ? recordedAt - at : null,
      isOutOfOrder:
        isLate && history.slice(index + 1).some((later) => recordedAt - Date.parse(later.recordedAt) >= TOGETHER_SPAN),
      isBeforePlacement: createdAt !== null && at < createdAt,
      parcelId: fact.parcelId ?? null,
      contradicts,
      adds,
    };
  });
}

/** The effects of a fact about a parcel, the strongest first. */
const byStrength: Effect[] = [
  'ended',
  'outcome-corrected',
  'refunded',
  'returned',
  'replaced',
  'arrived-at-sender',
  'sent-again',
  'back-on-time',
  'advanced',
  'ended-again',
  'repeated',
];

/** A parcel while the facts about it are applied in their order: the rules of the server's fold. */
class ParcelState {
  #status: Status = 'PLACED';
  #isEnded = false;
  /** It ended with an outcome other than cancelled. */
  #isCompleted = false;
  #isAtCustomer = false;
  #isSentBack = false;
  /** It was lost or damaged, and then sent again. */
  #isMissing = false;
  #isSentAgain = false;

  apply(status: Status): Effect {
    const before = this.#status;
    if (isActive(status)) {
      if (this.#isMissing) this.#isSentAgain = true;
      if (this.#isEnded) return this.#isMissing ? 'sent-again' : 'after-end';
      this.#status = status;
      if (before === status) return 'repeated';
      return before === 'SHIPPING_DELAYED' ? 'back-on-time' : 'advanced';
    }
    if (status === 'CANCELLED' && this.#isCompleted) return 'refunded';
    if (status === 'RETURN_TO_SENDER' && this.#isAtCustomer) {
      this.#isSentBack = true;
      return 'returned';
    }
    if (status === 'ARRIVED' && this.#isSentBack) return 'arrived-at-sender';
    if (status === 'ARRIVED' && this.#isSentAgain) {
      this.#isAtCustomer = true;
      return 'replaced';
    }
    const isFirst = !this.#isEnded;
    this.#isEnded = true;
    this.#status = status;
    this.#isCompleted ||= status !== 'CANCELLED';
    this.#isAtCustomer ||= status === 'ARRIVED';
    this.#isSentBack ||= status === 'RETURN_TO_SENDER';
    this.#isMissing ||= status === 'LOST' || status === 'DAMAGED';
    if (isFirst) return 'ended';
    return before === status ? 'ended-again' : 'outcome-corrected';
  }
}

/** A missing field is not a contradiction. */
function contradictions(placement: Partial<Fact>, fact: Fact): FactStep['contradicts'] {
  const isOther = <T>(mine: T | null | undefined, theirs: T | null | undefined) =>
    mine != null && theirs != null && mine !== theirs;
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
