import type { Dashboard } from '../api/types';
import { count } from '../format/numbers';

const counts = {
  totalOrders: 'placed',
  completedOrders: 'completed',
  totalDelayedOrders: 'overdue',
  totalUnshippedOrders: 'not shipped in time',
  totalStalledOrders: 'stalled',
  atRiskVendors: 'at risk among the vendors',
} as const satisfies { [Name in keyof Dashboard['current']]?: string };

/** `Since then: 3 more placed, 1 fewer overdue. Refresh shows them.` */
export function changesSince(shown: Dashboard, now: Dashboard): string {
  if (now.date !== shown.date) return 'A new day has begun since. Refresh shows it.';
  const changes = Object.entries(counts).flatMap(([name, what]) => {
    const difference = now.current[name as keyof typeof counts] - shown.current[name as keyof typeof counts];
    return difference === 0 ? [] : `${count(Math.abs(difference))} ${difference > 0 ? 'more' : 'fewer'} ${what}`;
  });
  return changes.length === 0 ? 'Nothing has changed since.' : `Since then: ${changes.join(', ')}. Refresh shows them.`;
}
