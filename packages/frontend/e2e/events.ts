/** Order events of the last two weeks, so that a page about today has something to show whenever the test runs. */
import type { OrderEvent } from './goody';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface Plan {
  vendorId: string;
  /** Orders of each kind. */
  arrived?: number;
  arrivedLate?: number;
  lost?: number;
  damaged?: number;
  cancelled?: number;
  /** Shipping, with the promise still to come. */
  shipping?: number;
  /** Shipping, with the promise over. */
  overdue?: number;
  /** Arrived and lost in the week before. */
  arrivedBefore?: number;
  lostBefore?: number;
}

type Step = Pick<OrderEvent, 'status'> & { after: number; reason?: string };

/** One order: placed `age` ago, promised for `promise` after that, and what became of it. */
function order(
  vendorId: string,
  orderId: string,
  now: number,
  age: number,
  promise: number,
  steps: Step[],
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

/** All the events of a vendor, by when it placed them. */
export function events(plan: Plan, now = Date.now()): OrderEvent[] {
  const { vendorId } = plan;
  let next = 0;
  const several = (number: number | undefined, age: number, promise: number, steps: Step[]): OrderEvent[] =>
    Array.from({ length: number ?? 0 }, () => {
      next += 1;
      // A minute between two orders, so that no two happen at once.
      return order(vendorId, `${vendorId}-${next}`, now, age + next * 60_000, promise, steps);
    }).flat();
  return [
    several(plan.arrived, 4 * DAY, 3 * DAY, [
      { status: 'SHIPPING_ON_TIME', after: DAY },
      { status: 'ARRIVED', after: 2 * DAY },
    ]),
    several(plan.arrivedLate, 5 * DAY, 2 * DAY, [{ status: 'ARRIVED', after: 3 * DAY }]),
    several(plan.lost, 5 * DAY, 3 * DAY, [{ status: 'LOST', after: 4 * DAY, reason: 'not seen since the depot' }]),
    several(plan.damaged, 5 * DAY, 3 * DAY, [{ status: 'DAMAGED', after: 2 * DAY }]),
    several(plan.cancelled, 3 * DAY, 3 * DAY, [{ status: 'CANCELLED', after: DAY }]),
    several(plan.shipping, 2 * HOUR, 4 * DAY, [{ status: 'SHIPPING_ON_TIME', after: 1.5 * HOUR }]),
    several(plan.overdue, 4 * DAY, 3 * DAY, [{ status: 'SHIPPING_DELAYED', after: 2 * DAY }]),
    several(plan.arrivedBefore, 11 * DAY, 3 * DAY, [{ status: 'ARRIVED', after: 2 * DAY }]),
    several(plan.lostBefore, 11 * DAY, 3 * DAY, [{ status: 'LOST', after: 2 * DAY }]),
  ].flat();
}
