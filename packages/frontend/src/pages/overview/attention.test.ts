import { describe, expect, test } from 'vitest';
import type { Dashboard, Order, OrderList, VendorRow } from '../../api/types';
import { type Concern, concerns } from './attention';

const INTERVAL = { lower: 90, upper: 99 };

function vendor(vendorId: string, row: Partial<VendorRow> = {}): VendorRow {
  return {
    vendorId,
    name: vendorId,
    category: null,
    reliabilityScore: 95,
    reliabilityInterval: INTERVAL,
    reliability30d: [],
    totalOrders: 40,
    completedOrders: 40,
    onTimePercentage: 95,
    issueCount: 2,
    activeOrders: 0,
    delayedOrders: 0,
    trend: 'stable',
    trendPercentage: 0,
    riskLevel: 'low',
    ...row,
  };
}

/** A dashboard with only the fields that decide what needs attention. */
function dashboard(totalDelayedOrders = 0, underperforming: VendorRow[] = []): Dashboard {
  return { current: { totalDelayedOrders }, underperformingVendors: underperforming } as unknown as Dashboard;
}

function overdue(orders: Partial<Order>[], hasMore = false): OrderList {
  return {
    orders: orders.map((order) => ({ estimatedDelivery: '2026-11-20T12:00:00Z', currency: 'USD', ...order })),
    hasMore,
  } as unknown as OrderList;
}

const kinds = (found: Concern[]) =>
  found.map((concern) => (concern.kind === 'overdue' ? 'overdue' : `${concern.vendor.vendorId} ${concern.kind}`));

const high = (id: string, reliabilityScore: number) => vendor(id, { riskLevel: 'high', reliabilityScore });
const medium = (id: string, reliabilityScore: number) => vendor(id, { riskLevel: 'medium', reliabilityScore });

describe('what needs attention', () => {
  test('is empty if no vendor is at risk and no order is overdue', () => {
    expect(concerns(dashboard(), [vendor('a'), vendor('b', { riskLevel: 'insufficient' })], overdue([]))).toEqual([]);
  });

  test('is sorted by severity, and always includes overdue orders', () => {
    const vendors = [medium('m', 83), high('h2', 75), vendor('a'), high('h1', 60), high('h3', 79)];
    expect(kinds(concerns(dashboard(), vendors, null))).toEqual(['h1 high', 'h2 high', 'h3 high']);
    expect(kinds(concerns(dashboard(4), vendors, null))).toEqual(['h1 high', 'h2 high', 'overdue']);
    expect(kinds(concerns(dashboard(4), [medium('m', 83)], null))).toEqual(['overdue', 'm medium']);
  });

  test('includes a vendor once, and reports one with too few orders as unsure', () => {
    const few = vendor('few', { riskLevel: 'insufficient', reliabilityScore: 60, issueCount: 6 });
    const one = vendor('one', { riskLevel: 'insufficient', reliabilityScore: 0, issueCount: 1 });
    const bad = high('bad', 70);
    expect(kinds(concerns(dashboard(0, [one, few, bad]), [one, few, bad], null))).toEqual(['bad high', 'few unsure']);
  });

  test('includes a fall only if the week before is outside the interval of this week', () => {
    const fell = vendor('fell', {
      reliabilityScore: 88,
      reliabilityInterval: { lower: 84, upper: 92 },
      trendPercentage: -9,
    });
    const fluctuated = vendor('swayed', {
      reliabilityScore: 88,
      reliabilityInterval: { lower: 80, upper: 98 },
      trendPercentage: -9,
    });
    expect(kinds(concerns(dashboard(), [fluctuated, fell], null))).toEqual(['fell falling']);
  });

  test('includes the value of all overdue gifts by currency', () => {
    const list = overdue([
      { giftValue: 1500, estimatedDelivery: '2026-11-21T12:00:00Z' },
      { giftValue: 2500, estimatedDelivery: '2026-11-19T12:00:00Z' },
      { giftValue: 700, currency: 'EUR' },
    ]);
    expect(concerns(dashboard(3), [], list)).toEqual([
      {
        kind: 'overdue',
        orders: 3,
        worth: [
          { currency: 'USD', minorUnits: 4000 },
          { currency: 'EUR', minorUnits: 700 },
        ],
        oldestPromise: '2026-11-19T12:00:00Z',
      },
    ]);
  });

  test('has no value if the list is incomplete or the value of an order is unknown', () => {
    const unknown = { kind: 'overdue', worth: null, oldestPromise: null };
    expect(concerns(dashboard(240), [], overdue([{ giftValue: 1500 }], true))).toEqual([{ ...unknown, orders: 240 }]);
    expect(concerns(dashboard(2), [], overdue([{ giftValue: 1500 }]))).toEqual([{ ...unknown, orders: 2 }]);
    expect(concerns(dashboard(2), [], null)).toEqual([{ ...unknown, orders: 2 }]);
    expect(concerns(dashboard(1), [], overdue([{ giftValue: null }]))).toMatchObject([{ worth: null }]);
  });
});
