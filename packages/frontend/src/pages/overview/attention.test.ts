import { describe, expect, test } from 'vitest';
import type { VendorRow } from '../../api/types';
import { type Concern, concerns, hasGaps } from './attention';
import { change, dashboard, vendorRow } from './overview.fixture';

const kinds = (found: Concern[]) =>
  found.map((concern) => {
    if (concern.kind === 'change') return `${concern.change.vendorId} change`;
    return 'vendor' in concern ? `${concern.vendor.vendorId} ${concern.kind}` : concern.kind;
  });

const high = (id: string, row: Partial<VendorRow> = {}) => vendorRow(id, { riskLevel: 'high', ...row });
const medium = (id: string) => vendorRow(id, { riskLevel: 'medium' });

describe('what needs attention', () => {
  test('is empty if no vendor is at risk and no order is stuck', () => {
    expect(concerns(dashboard(), [vendorRow('a'), vendorRow('b', { riskLevel: 'insufficient' })])).toEqual([]);
  });

  test('is sorted by severity, keeps the order of the server, and always includes stuck orders', () => {
    const vendors = [high('h1'), high('h2'), high('h3'), medium('m'), vendorRow('a')];
    const overdue = dashboard({ totalDelayedOrders: 4 });
    expect(kinds(concerns(dashboard(), vendors))).toEqual(['h1 high', 'h2 high', 'h3 high']);
    expect(kinds(concerns(overdue, vendors))).toEqual(['h1 high', 'h2 high', 'stuck']);
    expect(kinds(concerns(overdue, [medium('m')]))).toEqual(['stuck', 'm medium']);
  });

  test('begins with a silent feed and with what changed, and names no vendor twice', () => {
    const vendors = [high('h1'), high('h2'), medium('m')];
    const changed = { ...dashboard({ totalDelayedOrders: 4 }), openEpisodes: 1, changes: [change('h1')] };
    expect(kinds(concerns(changed, vendors))).toEqual(['h1 change', 'h2 high', 'stuck', 'm medium']);
    const everybody = {
      ...changed,
      openEpisodes: 5,
      changes: [change(null), ...['a', 'b', 'c'].map((id) => change(id))],
    };
    expect(kinds(concerns(everybody, vendors))).toEqual(['null change', 'a change', 'b change', 'stuck']);
    expect(kinds(concerns({ ...dashboard(), isBlind: true }, []))).toEqual(['blind']);
  });

  test.each(['totalDelayedOrders', 'totalUnshippedOrders', 'totalStalledOrders'] as const)(
    'includes the orders of %s alone',
    (field) => {
      const [found] = concerns(dashboard({ [field]: 3 }), []);
      expect(found).toMatchObject({ kind: 'stuck', orders: { value: null } });
    },
  );

  test('includes the value of the overdue gifts as the server states it', () => {
    const value = [{ currency: 'USD', amount: 4000 }];
    expect(concerns({ ...dashboard({ totalDelayedOrders: 2 }), overdueValue: value }, [])).toEqual([
      { kind: 'stuck', orders: { overdue: 2, unshipped: 0, stalled: 0, value } },
    ]);
  });

  test('includes a fall only if the week before is outside the interval of this week', () => {
    const fell = vendorRow('fell', {
      reliabilityScore: 88,
      reliabilityInterval: { lower: 84, upper: 92 },
      trendPercentage: -9,
    });
    const fluctuated = vendorRow('fluctuated', {
      reliabilityScore: 88,
      reliabilityInterval: { lower: 80, upper: 98 },
      trendPercentage: -9,
    });
    expect(kinds(concerns(dashboard(), [fluctuated, fell]))).toEqual(['fell falling']);
  });

  test('ends with vendors that are not at risk and have overdue orders, each once', () => {
    const behind = vendorRow('behind', { riskLevel: 'insufficient', delayedOrders: 41 });
    const calm = vendorRow('calm', { riskLevel: 'insufficient' });
    const atRisk = high('h', { delayedOrders: 2 });
    expect(kinds(concerns(dashboard({ totalDelayedOrders: 43 }), [atRisk, behind, calm]))).toEqual([
      'h high',
      'stuck',
      'behind behind',
    ]);
  });
});

describe('a gap', () => {
  test('is a silence, or an order without a placement', () => {
    expect(hasGaps(dashboard())).toBe(false);
    expect(hasGaps({ ...dashboard(), unplacedOrders: null })).toBe(false);
    expect(hasGaps({ ...dashboard(), unplacedOrders: 1 })).toBe(true);
    expect(hasGaps({ ...dashboard(), silentSince: '2026-11-27T04:30:00Z' })).toBe(true);
  });
});
