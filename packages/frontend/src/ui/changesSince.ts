import type { Dashboard } from '../api/types';
import { count } from '../format/numbers';

/** Counts of a report by what they are of, after the number: `3 overdue`; and the date of the report. */
export interface Counted {
  date: string;
  counts: Record<string, number>;
}

export function countedOfFleet({ date, current }: Dashboard): Counted {
  return {
    date,
    counts: {
      placed: current.totalOrders,
      completed: current.completedOrders,
      overdue: current.totalDelayedOrders,
      'not shipped in time': current.totalUnshippedOrders,
      stalled: current.totalStalledOrders,
      'at risk among the vendors': current.atRiskVendors,
    },
  };
}

/** `Since then: 3 more placed, 1 fewer overdue. Refresh shows them.` */
export function changesSince(shown: Counted, now: Counted): string {
  if (now.date !== shown.date) return 'A new day has begun since. Refresh shows it.';
  const changes = Object.entries(now.counts).flatMap(([what, number]) => {
    const difference = number - (shown.counts[what] ?? 0);
    return difference === 0 ? [] : `${count(Math.abs(difference))} ${difference > 0 ? 'more' : 'fewer'} ${what}`;
  });
  return changes.length === 0 ? 'Nothing has changed since.' : `Since then: ${changes.join(', ')}. Refresh shows them.`;
}
