/** The length of an order's life, in parts that add up. */
import type { Fact, Order } from '../../api/types';
import { DAY, HOUR } from '../../format/durations';

/**
 * `preparing`: until its shipping was told of, or until now where none was. `unshipped`: it ended without any.
 * `shipping`: on its way. All three lie before the promise; `late` is what lies after it. `left` has yet to pass.
 */
export type PartKind = 'preparing' | 'unshipped' | 'shipping' | 'late' | 'left';

export interface Part {
  kind: PartKind;
  /** In milliseconds, rounded as all parts are. */
  length: number;
}

export interface DurationBreakdown {
  parts: Part[];
  /** When it began and when the parts end, in milliseconds since 1970. */
  start: number;
  end: number;
  /** From placement to its end, or to now. The parts but `left` add up to it. */
  length: number;
  /** How far past the promise it ended, or is; null where it is not. */
  late: number | null;
  /** How far before the promise it ended, or is; null where there is none to come. */
  early: number | null;
}

const MINUTE = HOUR / 60;

/** `now`: when the order was read, in milliseconds. The server's word on whether it is late holds, whatever the reader's clock says. */
export function durationBreakdown(order: Order, history: Fact[], now: number): DurationBreakdown {
  const start = Date.parse(order.createdAt);
  const promise = order.estimatedDelivery === null ? null : Date.parse(order.estimatedDelivery);
  const isOpen = order.completedAt === null;
  const end =
    order.completedAt === null ? openEnd(order, Math.max(now, start), promise) : Date.parse(order.completedAt);
  const limit = promise === null ? end : Math.min(Math.max(promise, start), end);
  const shippedAt = firstShipment(history, start, end);
  const handedOver = Math.min(shippedAt ?? end, limit);

  const raw: [PartKind, number, number][] = [
    [shippedAt === null && !isOpen ? 'unshipped' : 'preparing', start, handedOver],
    ['shipping', handedOver, limit],
    ['late', limit, end],
  ];
  if (isOpen && promise !== null && promise > end) raw.push(['left', end, promise]);

  // Every boundary is rounded, not every part: so the parts add up as they are told.
  const isLong = end - start >= 2 * DAY && raw.every(([, from, to]) => to === from || to - from >= HOUR);
  const unit = isLong ? HOUR : MINUTE;
  const offset = (instant: number) => Math.round((instant - start) / unit) * unit;
  const parts = raw
    .map(([kind, from, to]) => ({ kind, length: offset(to) - offset(from) }))
    .filter(({ length }) => length > 0);
  const beyond = promise === null ? null : offset(end) - offset(promise);
  return {
    parts,
    start,
    end: isOpen && promise !== null ? Math.max(end, promise) : end,
    length: offset(end),
    late: order.isDelayed ? Math.max(0, beyond ?? 0) : null,
    early: order.isDelayed || beyond === null ? null : Math.max(0, -beyond),
  };
}

/** Where an open order is in time. */
function openEnd(order: Order, now: number, promise: number | null): number {
  if (promise === null) return now;
  return order.isDelayed ? Math.max(now, promise) : Math.min(now, Math.max(promise, Date.parse(order.createdAt)));
}

/** When it was first told to be on its way; what was told of a time before the placement counts as of the placement. */
function firstShipment(history: Fact[], start: number, end: number): number | null {
  const first = history.find(({ status }) => status === 'SHIPPING_ON_TIME' || status === 'SHIPPING_DELAYED');
  if (first === undefined) return null;
  const at = Math.max(start, Date.parse(first.occurredAt));
  return at > end ? null : at;
}
