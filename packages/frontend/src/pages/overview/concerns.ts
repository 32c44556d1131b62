/** What the call sheet says. All of it follows from the dashboard. */
import type { Call, Change, Dashboard } from '../../api/types';
import { changeOfMany } from '../../format/changes';
import type { Stuck } from '../../format/sentences';

/** The most vendors to call that are shown. */
const LIMIT = 5;
/** A vendor with open orders of which none has arrived for so long is said to be quiet, in milliseconds. */
const QUIET_MS = 2 * 86_400_000;

export type Concern =
  | { kind: 'blind' }
  | { kind: 'fleet'; change: Change }
  | { kind: 'call'; call: Call }
  | { kind: 'stuck'; orders: Stuck };

/** A feed problem first, then what concerns many vendors, then the vendors to call in the order of the server, then all orders that are stuck. */
export function concerns(dashboard: Dashboard): Concern[] {
  const orders = stuckOrders(dashboard);
  const ofMany = changeOfMany(dashboard.changes);
  return [
    ...(dashboard.isBlind ? [{ kind: 'blind' } as const] : []),
    ...(ofMany === undefined ? [] : [{ kind: 'fleet', change: ofMany } as const]),
    ...dashboard.calls.slice(0, LIMIT).map((call): Concern => ({ kind: 'call', call })),
    ...(isStuck(orders) ? [{ kind: 'stuck', orders } as const] : []),
  ];
}

/** How a vendor fails, after its name. */
export function problemInWords({ change, riskLevel }: Call): string {
  if (change !== null) return 'misses more promises';
  if (riskLevel === 'high') return 'is failing';
  return riskLevel === 'medium' ? 'is at risk' : 'is behind';
}

/** Since when nothing arrived of a vendor with open orders: an instant, `null` if never, `undefined` if that is no news. */
export function quietSince(
  { activeOrders, delayedOrders, lastArrivalAt }: Call,
  asOf: string,
): string | null | undefined {
  if (activeOrders === 0 || delayedOrders === 0) return undefined;
  if (lastArrivalAt === null) return null;
  return Date.parse(asOf) - Date.parse(lastArrivalAt) < QUIET_MS ? undefined : lastArrivalAt;
}

/** The orders of a vendor to call that are stuck. */
export function stuckOf(call: Call): Stuck {
  return {
    overdue: call.delayedOrders,
    unshipped: call.unshippedOrders,
    stalled: call.stalledOrders,
    value: call.overdueValue,
  };
}

export function isStuck({ overdue, unshipped, stalled }: Stuck): boolean {
  return overdue + unshipped + stalled > 0;
}

/** The orders of all vendors that are stuck. */
export function stuckOrders({ current, overdueValue }: Dashboard): Stuck {
  return {
    overdue: current.totalDelayedOrders,
    unshipped: current.totalUnshippedOrders,
    stalled: current.totalStalledOrders,
    value: overdueValue,
  };
}

/** Whether nothing has come in for too long, or orders have no placement: then the numbers may miss something. */
export function hasGaps({ silentSince, unplacedOrders }: Dashboard): boolean {
  return silentSince !== null || (unplacedOrders ?? 0) > 0;
}
