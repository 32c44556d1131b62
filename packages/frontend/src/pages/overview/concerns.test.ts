import { describe, expect, test } from 'vitest';
import { type Concern, concerns, hasGaps, problemInWords, quietSince } from './concerns';
import { call, change, dashboard } from './overview.fixture';

const kinds = (found: Concern[]) =>
  found.map((concern) => (concern.kind === 'call' ? `call ${concern.call.vendorId}` : concern.kind));

describe('the call sheet', () => {
  test('is empty if no vendor is to be called and no order is stuck', () => {
    expect(concerns(dashboard())).toEqual([]);
  });

  test('begins with a feed problem and with what concerns many vendors, and keeps the order of the server', () => {
    const calls = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => call(id));
    const changes = [change(null), change('a')];
    const all = { ...dashboard({ totalDelayedOrders: 4 }), isBlind: true, changes, calls };
    const ofVendors = ['call a', 'call b', 'call c', 'call d', 'call e'];
    expect(kinds(concerns(all))).toEqual(['blind', 'fleet', ...ofVendors, 'stuck']);
    const ofFew = [change(null), change('a', { excessPerWeek: 200 })];
    expect(kinds(concerns({ ...all, changes: ofFew }))).toEqual(['blind', ...ofVendors, 'stuck']);
  });

  test.each(['totalDelayedOrders', 'totalUnshippedOrders', 'totalStalledOrders'] as const)(
    'includes the orders of %s alone',
    (field) => {
      const [found] = concerns(dashboard({ [field]: 3 }));
      expect(found).toMatchObject({ kind: 'stuck', orders: { value: null } });
    },
  );

  test('includes the value of the overdue gifts as the server states it', () => {
    const value = [{ currency: 'USD', amount: 4000 }];
    expect(concerns({ ...dashboard({ totalDelayedOrders: 2 }), overdueValue: value })).toEqual([
      { kind: 'stuck', orders: { overdue: 2, unshipped: 0, stalled: 0, value } },
    ]);
  });

  test('says how a vendor fails: what changed before its risk', () => {
    const problem = (more: Parameters<typeof call>[1]) => problemInWords(call('a', more));
    expect([
      problem({ change: change('a'), riskLevel: 'high' }),
      problem({ riskLevel: 'high' }),
      problem({ riskLevel: 'medium' }),
      problem({ riskLevel: 'insufficient' }),
    ]).toEqual(['misses more promises', 'is failing', 'is at risk', 'is behind']);
  });

  test('says since when nothing arrived, if orders are overdue and it is long ago', () => {
    const open = { activeOrders: 9, delayedOrders: 3 };
    const since = (more: Parameters<typeof call>[1]) => quietSince(call('a', more), '2026-11-22T14:30:00Z');
    expect(since({ ...open, lastArrivalAt: '2026-11-20T14:00:00Z' })).toBe('2026-11-20T14:00:00Z');
    expect(since({ ...open, lastArrivalAt: '2026-11-21T14:00:00Z' })).toBeUndefined();
    expect(since(open)).toBeNull();
    expect(since({ activeOrders: 9 })).toBeUndefined();
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
