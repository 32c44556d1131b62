/** The rates that can be proven: which orders count, which of them are good, and which fact decided each. */
import type { Order, Window } from '../../api/types';
import { statusLabel } from '../../format/labels';
import { exact, ownZone } from '../../format/times';
import type { Count } from '../orders/ordersBehind';
import { furtherCounts, vendorCounts } from '../vendor/counts';

export interface ProvenRate {
  /** The name in an address. */
  name: string;
  title: string;
  /** The rate in a window. */
  rate: keyof Window;
  /** The count of the good ones, and of all. */
  good: keyof Window;
  all: keyof Window;
  /** The lists of the good ones, of the others, and of all. */
  lists: { good: Count; bad: Count; all: Count };
  /** What the good ones are called, and the others. */
  words: [good: string, bad: string];
  /** The fact by which an order is good or not. */
  fact: (order: Order) => string;
}

const at = (instant: string | null) => (instant === null ? '' : exact(instant, ownZone));

export const provenRates: ProvenRate[] = [
  {
    name: 'reliability',
    title: 'Reliability',
    rate: 'reliabilityScore',
    good: 'arrivedOrders',
    all: 'completedOrders',
    lists: { good: vendorCounts.arrivedOrders, bad: vendorCounts.issueCount, all: vendorCounts.completedOrders },
    words: ['Arrived', 'Issues'],
    fact: ({ status, completedAt, reason }) =>
      `${statusLabel[status]} ${at(completedAt)}${reason === null || status === 'ARRIVED' ? '' : `: ${reason}`}`,
  },
  {
    name: 'onTime',
    title: 'On time',
    rate: 'onTimePercentage',
    good: 'onTimeDeliveries',
    all: 'dueOrders',
    lists: { good: vendorCounts.onTimeDeliveries, bad: furtherCounts.missedPromises, all: vendorCounts.dueOrders },
    words: ['Arrived by the promise', 'Missed the promise'],
    fact: ({ status, estimatedDelivery, actualDelivery, completedAt }) => {
      const end =
        actualDelivery !== null
          ? `arrived ${at(actualDelivery)}`
          : completedAt !== null
            ? `${statusLabel[status].toLowerCase()} ${at(completedAt)}`
            : 'not there yet';
      return `Promised by ${at(estimatedDelivery)}; ${end}`;
    },
  },
  {
    name: 'handover',
    title: 'Handed over in time',
    rate: 'shippedOnTimePercentage',
    good: 'shippedOnTime',
    all: 'shipDueOrders',
    lists: { good: vendorCounts.shippedOnTime, bad: furtherCounts.missedDeadlines, all: vendorCounts.shipDueOrders },
    words: ['Handed over by the deadline', 'Not handed over by the deadline'],
    fact: ({ shipBy, handedOverAt }) =>
      `To hand over by ${at(shipBy)}; ${handedOverAt === null ? 'not handed over' : `handed over ${at(handedOverAt)}`}`,
  },
];

/** The rate of an address; the reliability if it has no other one. */
export function provenRate(name: string | undefined): ProvenRate {
  // The list is never empty.
  return provenRates.find((rate) => rate.name === name) ?? (provenRates[0] as ProvenRate);
}
