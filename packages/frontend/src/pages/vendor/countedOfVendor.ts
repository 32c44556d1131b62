import type { Report } from '../../api/types';
import type { Counted } from '../../ui/changesSince';

/** The counts of a vendor's report by which the page says what has changed since. */
export function countedOfVendor({ date, current7d, delayedOrders, unshippedOrders, stalledOrders }: Report): Counted {
  return {
    date,
    counts: {
      placed: current7d.totalOrders,
      completed: current7d.completedOrders,
      overdue: delayedOrders,
      'not shipped in time': unshippedOrders,
      stalled: stalledOrders,
    },
  };
}
