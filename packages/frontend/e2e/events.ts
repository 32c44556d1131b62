/** Creates order events of the last two weeks, so that a page for today has data whenever the test runs. */
import type { OrderEvent } from './goody';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface Plan {
  vendorId: string;
  /** The numbers of orders of each kind. */
  arrived?: number;
  arrivedLate?: number;
  lost?: number;
  damaged?: number;
  cancelled?: number;
  /** Shipping, with a promise in the future. */
  shipping?: number;
  /** Shipping, with a promise that has passed, and without an event for more than two days: stalled, too. */
  overdue?: number;
  /** Not handed over, with its ship-by passed and a promise in the future. */
  unshipped?: number;
  /** Arrived or lost in the previous week. */
  arrivedBefore?: number;
  lostBefore?: number;
}

type Step = Pick<OrderEvent, 'status'> & { after: number; reason?: string };

/**
 * The events of one order: placed `age` milliseconds ago, promised `promise` milliseconds after the placement and to be shipped by
 * `shipBy` after it, then `steps`.
 */
function order(
  vendorId: string,
  orderId: string,
  now: number,
  age: number,
  promise: number,
  steps: Step[],
  shipBy: number | undefined,
): OrderEvent[] {
  const placed = now - age;
  const at = (after: number) => new Date(placed + after).toISOString();
  return [
    {
      eventId: `${orderId}-0`,
      orderId,
      vendorId,
      status: 'PLACED',
      occurredAt: at(0),
      estimatedDelivery: at(promise),
      shipBy: shipBy === undefined ? undefined : at(shipBy),
      giftValue: 4250,
      currency: 'USD',
      giftType: 'candle',
      isRush: false,
    },
    ...steps.map(
      ({ status, after, reason }, index): OrderEvent => ({
        eventId: `${orderId}-${index + 1}`,
        orderId,
        status,
        occurredAt: at(after),
        reason,
      }),
    ),
  ];
}

/** The events of all orders of a vendor. */
export function events(plan: Plan, now = Date.now()): OrderEvent[] {
  const { vendorId } = plan;
  let next = 0;
  const orders = (
    number: number | undefined,
    age: number,
    promise: number,
    steps: Step[],
    shipBy?: number,
  ): OrderEvent[] =>
    Array.from({ length: number ?? 0 }, () => {
      next += 1;
      // Orders are a minute apart, so that no two have the same time.
      return order(vendorId, `${vendorId}-${next}`, now, age + next * 60_000, promise, steps, shipBy);
    }).flat();
  return [
    orders(plan.arrived, 4 * DAY, 3 * DAY, [
      { status: 'SHIPPING_ON_TIME', after: DAY },
      { status: 'ARRIVED', after: 2 * DAY },
    ]),
    orders(plan.arrivedLate, 5 * DAY, 2 * DAY, [{ status: 'ARRIVED', after: 3 * DAY }]),
    orders(plan.lost, 5 * DAY, 3 * DAY, [{ status: 'LOST', after: 4 * DAY, reason: 'not seen since the depot' }]),
    orders(plan.damaged, 5 * DAY, 3 * DAY, [{ status: 'DAMAGED', after: 2 * DAY }]),
    orders(plan.cancelled, 3 * DAY, 3 * DAY, [{ status: 'CANCELLED', after: DAY }]),
    orders(plan.shipping, 2 * HOUR, 4 * DAY, [{ status: 'SHIPPING_ON_TIME', after: 1.5 * HOUR }]),
    orders(plan.overdue, 4 * DAY, 3 * DAY, [{ status: 'SHIPPING_DELAYED', after: 2 * DAY }]),
    orders(plan.unshipped, 3 * DAY, 5 * DAY, [], 2 * DAY),
    orders(plan.arrivedBefore, 11 * DAY, 3 * DAY, [{ status: 'ARRIVED', after: 2 * DAY }]),
    orders(plan.lostBefore, 11 * DAY, 3 * DAY, [{ status: 'LOST', after: 2 * DAY }]),
  ].flat();
}
