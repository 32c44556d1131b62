/** The duration of an order, in parts that add up. */
import type { Fact, Order } from '../../api/types';
import { DAY, HOUR } from '../../format/durations';

/**
 * `preparing`: until all parcels are handed over, or until now. `unshipped`: the order ended without a shipping event.
 * `shipping`: on its way. All three are before the promise; `late` is after it. `left` is the time until the promise.
 */
export type PartKind = 'preparing' | 'unshipped' | 'shipping' | 'late' | 'left';

export interface Part {
  kind: PartKind;
  /** In milliseconds, rounded. */
  length: number;
}

export interface DurationBreakdown {
  parts: Part[];
  /** The start of the first and the end of the last part, in milliseconds since 1970. */
  start: number;
  end: number;
  /** Milliseconds from the placement to the end, or to now. All parts except `left` add up to it. */
  length: number;
  /** Milliseconds from the promise to the end, or to now; null if the order is not late. */
  late: number | null;
  /** Milliseconds from the end, or from now, to the promise; null if the order is late or has no promise. */
  early: number | null;
}

const MINUTE = HOUR / 60;

/** `now`: when the order was loaded, in milliseconds. The server states whether it is late; the client's clock may be wrong. */
export function durationBreakdown(order: Order, history: Fact[], now: number): DurationBreakdown {
  const start = Date.parse(order.createdAt);
  const promise = order.estimatedDelivery === null ? null : Date.parse(order.estimatedDelivery);
  const isOpen = order.completedAt === null;
  const end =
    order.completedAt === null ? openEnd(order, Math.max(now, start), promise) : Date.parse(order.completedAt);
  const limit = promise === null ? end : Math.min(Math.max(promise, start), end);
  const shippedAt = handover(order, history, start, end);
  const shippingStart = Math.min(shippedAt ?? end, limit);

  const raw: [PartKind, number, number][] = [
    [shippedAt === null && !isOpen ? 'unshipped' : 'preparing', start, shippingStart],
    ['shipping', shippingStart, limit],
    ['late', limit, end],
  ];
  if (isOpen && promise !== null && promise > end) raw.push(['left', end, promise]);

  // Rounds the boundaries and not the parts, so that the rounded parts add up.
  const isLong = end - start >= 2 * DAY && raw.every(([, from, to]) => to === from || to - from >= HOUR);
  const unit = isLong ? HOUR : MINUTE;
  const offset = (instant: number) => Math.round((instant - start) / unit) * unit;
  const parts = raw
    .map(([kind, from, to]) => ({ kind, length: offset(to) - offset(from) }))
    .filter(({ length }) => length > 0);
  const pastPromise = promise === null ? null : offset(end) - offset(promise);
  return {
    parts,
    start,
    end: isOpen && promise !== null ? Math.max(end, promise) : end,
    length: offset(end),
    late: order.isDelayed ? Math.max(0, pastPromise ?? 0) : null,
    early: order.isDelayed || pastPromise === null ? null : Math.max(0, -pastPromise),
  };
}

/** The end of the parts of an open order: now, on the side of the promise that the server states. */
function openEnd(order: Order, now: number, promise: number | null): number {
  if (promise === null) return now;
  return order.isDelayed ? Math.max(now, promise) : Math.min(now, Math.max(promise, Date.parse(order.createdAt)));
}

/** The time of the handover, which the server states; null if it is not reported: then only the end of the order implies it. */
function handover({ handedOverAt }: Order, history: Fact[], start: number, end: number): number | null {
  const isReported = history.some(({ status }) => status === 'SHIPPING_ON_TIME' || status === 'SHIPPING_DELAYED');
  if (!isReported || handedOverAt === null) return null;
  const at = Math.max(start, Date.parse(handedOverAt));
  return at > end ? null : at;
}
