/** What needs attention first. All of it follows from the dashboard and the reports. */
import type { Change, Dashboard, VendorRow } from '../../api/types';
import type { Stuck } from '../../format/sentences';

/** The maximum number of concerns, and of one more if something changed. One of them is reserved for orders that are stuck. */
const LIMIT = 3;

export type Concern =
  | { kind: 'blind' }
  | { kind: 'change'; change: Change }
  | { kind: 'high' | 'medium' | 'falling' | 'behind'; vendor: VendorRow }
  | { kind: 'stuck'; orders: Stuck };

const severity: Concern['kind'][] = ['blind', 'change', 'high', 'stuck', 'medium', 'falling', 'behind'];

/** The worst first. `vendors` are in the server's order of attention, and include those at risk. */
export function concerns(dashboard: Dashboard, vendors: VendorRow[]): Concern[] {
  const orders = stuckOrders(dashboard);
  const stuck: Concern[] = isStuck(orders) ? [{ kind: 'stuck', orders }] : [];
  const blind: Concern[] = dashboard.isBlind ? [{ kind: 'blind' }] : [];
  const changes = dashboard.changes.slice(0, LIMIT).map((change): Concern => ({ kind: 'change', change }));
  const isChanged = ({ vendorId }: VendorRow) => dashboard.changes.some((change) => change.vendorId === vendorId);
  const others = vendorConcerns(vendors.filter((vendor) => !isChanged(vendor)));
  const first = [...blind, ...changes];
  const room = LIMIT + Math.min(1, first.length) - first.length - stuck.length;
  return [...first, ...others.slice(0, Math.max(0, room)), ...stuck].sort(
    (a, b) => severity.indexOf(a.kind) - severity.indexOf(b.kind),
  );
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

function vendorConcerns(vendors: VendorRow[]): Concern[] {
  const withRisk = (kind: 'high' | 'medium'): Concern[] =>
    vendors.filter((vendor) => vendor.riskLevel === kind).map((vendor) => ({ kind, vendor }));
  const isFalling = (vendor: VendorRow) => vendor.riskLevel === 'low' && hasFallen(vendor);
  const falling = vendors
    .filter(isFalling)
    .sort((a, b) => (a.trendPercentage ?? 0) - (b.trendPercentage ?? 0))
    .map((vendor): Concern => ({ kind: 'falling', vendor }));
  // Not at risk, or too few orders to judge: the server sorts them by what is overdue.
  const behind = vendors
    .filter(
      ({ riskLevel, delayedOrders }) => (riskLevel === 'low' || riskLevel === 'insufficient') && delayedOrders > 0,
    )
    .filter((vendor) => !isFalling(vendor))
    .map((vendor): Concern => ({ kind: 'behind', vendor }));
  return [...withRisk('high'), ...withRisk('medium'), ...falling, ...behind];
}

/** Whether the rate of the week before is above the interval of this week. */
function hasFallen({ reliabilityScore, reliabilityInterval, trendPercentage }: VendorRow): boolean {
  if (reliabilityScore === null || reliabilityInterval === null || trendPercentage === null) return false;
  return reliabilityScore - trendPercentage > reliabilityInterval.upper;
}
