/** What needs attention first. All of it follows from the reports. */
import type { Dashboard, OrderList, VendorRow } from '../../api/types';

/** The maximum number of concerns. One of them is reserved for overdue orders. */
const LIMIT = 3;

/** Up to this many issues are not significant for a vendor with few completed orders. */
const FEW = 3;

export type VendorSummary = Pick<
  VendorRow,
  'vendorId' | 'name' | 'reliabilityScore' | 'completedOrders' | 'issueCount' | 'trendPercentage'
>;

/** The value of gifts in minor units, by currency. */
export type Amounts = { currency: string; minorUnits: number }[];

export type Concern =
  | { kind: 'high' | 'medium' | 'unsure' | 'falling'; vendor: VendorSummary }
  | { kind: 'overdue'; orders: number; worth: Amounts | null; oldestPromise: string | null };

const severity: Concern['kind'][] = ['high', 'overdue', 'medium', 'unsure', 'falling'];

/** The worst first. `vendors` include all at risk; `overdue` is null if the orders of that day cannot be listed. */
export function concerns(dashboard: Dashboard, vendors: VendorRow[], overdue: OrderList | null): Concern[] {
  const orders = dashboard.current.totalDelayedOrders;
  const found: Concern[] = vendorConcerns(dashboard, vendors).slice(0, orders > 0 ? LIMIT - 1 : LIMIT);
  if (orders > 0) found.push({ kind: 'overdue', orders, ...overdueValue(orders, overdue) });
  return found.sort((a, b) => severity.indexOf(a.kind) - severity.indexOf(b.kind));
}

function vendorConcerns({ underperformingVendors }: Dashboard, vendors: VendorRow[]): Concern[] {
  const byScore = (a: VendorSummary, b: VendorSummary) => (a.reliabilityScore ?? 100) - (b.reliabilityScore ?? 100);
  const withRisk = (kind: 'high' | 'medium'): Concern[] =>
    vendors
      .filter((vendor) => vendor.riskLevel === kind)
      .sort(byScore)
      .map((vendor) => ({ kind, vendor }));
  const atRisk = [...withRisk('high'), ...withRisk('medium')];
  const atRiskIds = new Set(atRisk.map((concern) => 'vendor' in concern && concern.vendor.vendorId));
  // Below 80 %, with too few orders for a risk level.
  const unsure = underperformingVendors
    .filter((vendor) => !atRiskIds.has(vendor.vendorId) && vendor.issueCount > FEW)
    .map((vendor): Concern => ({ kind: 'unsure', vendor }));
  const falling = vendors
    .filter((vendor) => vendor.riskLevel === 'low' && hasFallen(vendor))
    .sort((a, b) => (a.trendPercentage ?? 0) - (b.trendPercentage ?? 0))
    .map((vendor): Concern => ({ kind: 'falling', vendor }));
  return [...atRisk, ...unsure, ...falling];
}

/** Whether the rate of the week before is above the interval of this week. */
function hasFallen({ reliabilityScore, reliabilityInterval, trendPercentage }: VendorRow): boolean {
  if (reliabilityScore === null || reliabilityInterval === null || trendPercentage === null) return false;
  return reliabilityScore - trendPercentage > reliabilityInterval.upper;
}

/** The value and the oldest promise of the overdue orders; null unless `list` has all of them with their values. */
function overdueValue(orders: number, list: OrderList | null): { worth: Amounts | null; oldestPromise: string | null } {
  if (list === null || list.hasMore || list.orders.length !== orders) return { worth: null, oldestPromise: null };
  const sums = new Map<string, number>();
  for (const { currency, giftValue } of list.orders) {
    if (giftValue !== null) sums.set(currency, (sums.get(currency) ?? 0) + giftValue);
  }
  const isKnown = list.orders.every((order) => order.giftValue !== null);
  const promises = list.orders.map((order) => order.estimatedDelivery ?? '').filter((promise) => promise !== '');
  return {
    worth: isKnown ? [...sums].map(([currency, minorUnits]) => ({ currency, minorUnits })) : null,
    oldestPromise: promises.sort()[0] ?? null,
  };
}
