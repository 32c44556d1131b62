import { describe, expect, test } from 'vitest';
import type { Fact, Order } from '../../api/types';
import { HOUR } from '../../format/durations';
import { plainOrder } from './order.fixture';
import { type Entry, timeline } from './timeline';

const START = Date.parse('2026-11-12T09:00:00Z');
const at = (hours: number) => new Date(START + hours * HOUR).toISOString();

/** A fact that is recorded as it occurs, unless `more` states otherwise. */
function fact(status: Fact['status'], hours: number, more: Partial<Fact> = {}): Fact {
  return {
    eventId: `${status}-${hours}`,
    orderId: 'o-1',
    status,
    occurredAt: at(hours),
    recordedAt: at(hours),
    isTakenBack: false,
    ...more,
  };
}

const placed = fact('PLACED', 0, { vendorId: 'flowers', estimatedDelivery: at(100), giftValue: 6400, currency: 'USD' });

const order = (overrides: Partial<Order>) => plainOrder({ createdAt: at(0), estimatedDelivery: at(100), ...overrides });

const entryText = (entry: Entry) => (entry.kind === 'fact' ? `${entry.fact.status} ${entry.effect}` : entry.kind);

describe('the timeline', () => {
  test('inserts the promise by its time, and marks the steps after it', () => {
    const late = order({ status: 'ARRIVED', completedAt: at(120), isDelayed: true });
    const history = [placed, fact('SHIPPING_ON_TIME', 40), fact('SHIPPING_DELAYED', 110), fact('ARRIVED', 120)];
    const { entries } = timeline(late, history, 0);
    expect(entries.map(entryText)).toEqual([
      'PLACED placed',
      'SHIPPING_ON_TIME advanced',
      'promise-passed',
      'SHIPPING_DELAYED advanced',
      'ARRIVED ended',
    ]);
    expect(entries.map(({ isOverdueFrom }) => isOverdueFrom)).toEqual([false, false, true, true, false]);
    expect(entries.map(({ after }) => after && after / HOUR)).toEqual([null, 40, 60, 10, 10]);
  });

  test('of an order on time has no such mark, and ends with the promise if the order is open', () => {
    const arrived = order({ status: 'ARRIVED', completedAt: at(90) });
    expect(timeline(arrived, [placed, fact('ARRIVED', 90)], 0).entries.map(entryText)).toEqual([
      'PLACED placed',
      'ARRIVED ended',
    ]);
    expect(timeline(order({}), [placed], START).entries.map(entryText)).toEqual(['PLACED placed', 'promise-ahead']);
    const overdue = timeline(order({ isDelayed: true }), [placed], START + 130 * HOUR).entries;
    expect(overdue.map(entryText)).toEqual(['PLACED placed', 'promise-passed', 'still-open']);
    expect(overdue.map(({ isOverdueFrom }) => isOverdueFrom)).toEqual([false, true, false]);
  });

  test('states the effect of each fact', () => {
    const damaged = order({ status: 'DAMAGED', completedAt: at(90) });
    const history = [
      placed,
      fact('SHIPPING_DELAYED', 20),
      fact('SHIPPING_DELAYED', 25),
      fact('SHIPPING_ON_TIME', 30),
      fact('PLACED', 35, { vendorId: 'wine', estimatedDelivery: at(200), giftValue: 6400 }),
      fact('ARRIVED', 90),
      fact('ARRIVED', 91),
      fact('DAMAGED', 92),
      fact('SHIPPING_DELAYED', 93),
    ];
    const { entries } = timeline(damaged, history, 0);
    expect(entries.map(entryText)).toEqual([
      'PLACED placed',
      'SHIPPING_DELAYED advanced',
      'SHIPPING_DELAYED repeated',
      'SHIPPING_ON_TIME back-on-time',
      'PLACED placed-again',
      'ARRIVED ended',
      'ARRIVED ended-again',
      'DAMAGED outcome-corrected',
      'SHIPPING_DELAYED sent-again',
    ]);
    expect(entries[4]).toMatchObject({ contradicts: ['vendor', 'promise'] });
  });

  const effects = (...history: Fact[]) =>
    timeline(order({ completedAt: at(50), status: 'ARRIVED' }), [placed, ...history], 0)
      .entries.map(entryText)
      .slice(1);

  test('after an arrival states a refund, a return by the customer, and its arrival at the sender', () => {
    expect(
      effects(
        fact('ARRIVED', 50),
        fact('CANCELLED', 60),
        fact('RETURN_TO_SENDER', 70),
        fact('ARRIVED', 80),
        fact('SHIPPING_ON_TIME', 81),
      ),
    ).toEqual([
      'ARRIVED ended',
      'CANCELLED refunded',
      'RETURN_TO_SENDER returned',
      'ARRIVED arrived-at-sender',
      'SHIPPING_ON_TIME after-end',
    ]);
  });

  test('after a loss distinguishes a replacement from a parcel that was found', () => {
    expect(effects(fact('LOST', 50), fact('ARRIVED', 60))).toEqual(['LOST ended', 'ARRIVED outcome-corrected']);
    expect(effects(fact('LOST', 50), fact('SHIPPING_ON_TIME', 55), fact('ARRIVED', 60))).toEqual([
      'LOST ended',
      'SHIPPING_ON_TIME sent-again',
      'ARRIVED replaced',
    ]);
    expect(effects(fact('UNDELIVERABLE', 50), fact('SHIPPING_ON_TIME', 55), fact('ARRIVED', 60))).toEqual([
      'UNDELIVERABLE ended',
      'SHIPPING_ON_TIME after-end',
      'ARRIVED outcome-corrected',
    ]);
  });

  test('follows each parcel, and a fact without a parcel is about all of them', () => {
    const history = [
      fact('SHIPPING_ON_TIME', 10, { parcelId: 'a' }),
      fact('SHIPPING_ON_TIME', 20, { parcelId: 'b' }),
      fact('ARRIVED', 30, { parcelId: 'a' }),
      fact('SHIPPING_DELAYED', 35),
      fact('LOST', 50, { parcelId: 'b' }),
    ];
    const { entries } = timeline(order({ completedAt: at(50), status: 'LOST' }), [placed, ...history], 0);
    expect(entries.map((entry) => (entry.kind === 'fact' ? `${entry.parcelId} ${entry.effect}` : entry.kind))).toEqual([
      'null placed',
      'a advanced',
      'b advanced',
      'a ended',
      'null advanced',
      'b ended',
    ]);
  });

  test('states the fields that a further placement adds, and a contradiction only to what was known', () => {
    const first = fact('PLACED', 0, { vendorId: 'flowers', giftValue: 6400 });
    const further = (hours: number, more: Partial<Fact>) => fact('PLACED', hours, { vendorId: 'flowers', ...more });
    const history = [
      first,
      further(1, { estimatedDelivery: at(100), giftValue: 7000 }),
      further(2, { estimatedDelivery: at(200), shipBy: at(30) }),
      further(3, { vendorId: 'wine', reference: 'A-1' }),
    ];
    const { entries } = timeline(order({}), history, START);
    expect(entries.slice(0, 4)).toMatchObject([
      { effect: 'placed', adds: [], contradicts: [] },
      { effect: 'filled-in', adds: ['estimatedDelivery'], contradicts: ['value'] },
      { effect: 'filled-in', adds: ['shipBy'], contradicts: ['promise'] },
      { effect: 'placed-again', adds: [], contradicts: ['vendor'] },
    ]);
  });

  test('marks a fact that was recorded late, and after later facts', () => {
    const history = [
      placed,
      fact('SHIPPING_ON_TIME', 40, { recordedAt: at(112) }),
      fact('ARRIVED', 90, { recordedAt: at(90.5) }),
    ];
    const { entries } = timeline(order({ status: 'ARRIVED', completedAt: at(90) }), history, 0);
    expect(entries[1]).toMatchObject({ recordingDelay: 72 * HOUR, isOutOfOrder: true });
    expect(entries[2]).toMatchObject({ recordingDelay: null, isOutOfOrder: false });
  });

  test('states once, and not at each step, that all facts were recorded together', () => {
    const history = [placed, fact('ARRIVED', 90)].map((one) => ({ ...one, recordedAt: at(500), isBackfilled: true }));
    const result = timeline(order({ status: 'ARRIVED', completedAt: at(90) }), history, 0);
    expect(result).toMatchObject({ recordedTogether: at(500), backfilled: 'all' });
    expect(result.entries.every((entry) => entry.kind === 'fact' && entry.recordingDelay === null)).toBe(true);
  });

  test('of an order without a placement marks its facts as waiting', () => {
    const { entries } = timeline(null, [fact('SHIPPING_ON_TIME', 40)], 0);
    expect(entries.map(entryText)).toEqual(['SHIPPING_ON_TIME waiting']);
  });

  test('marks a fact from before the placement', () => {
    const history = [fact('SHIPPING_ON_TIME', -5), placed];
    const { entries } = timeline(order({ status: 'SHIPPING_ON_TIME' }), history, START);
    expect(entries[0]).toMatchObject({ isBeforePlacement: true, effect: 'advanced' });
  });
});
