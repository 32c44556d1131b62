import { describe, expect, test } from 'vitest';
import type { Fact, Order, Parcel } from '../../api/types';
import { HOUR } from '../../format/durations';
import { durationBreakdown } from './durationBreakdown';
import { headline } from './headline';
import { plainOrder } from './order.fixture';

const START = Date.parse('2026-11-12T09:14:00Z');
const at = (hours: number) => new Date(START + hours * HOUR).toISOString();

/** An order that was handed over after 55 hours, except for `overrides`. */
const order = (overrides: Partial<Order>) =>
  plainOrder({ createdAt: at(0), estimatedDelivery: at(128), handedOverAt: at(55), ...overrides });

const fact = (status: Fact['status'], hours: number): Fact => ({
  eventId: `${status}-${hours}`,
  orderId: 'o-1',
  status,
  occurredAt: at(hours),
  recordedAt: at(hours),
  isTakenBack: false,
});

const shippedHistory = [fact('PLACED', 0), fact('SHIPPING_ON_TIME', 55)];
const parts = (...overrides: Parameters<typeof durationBreakdown>) =>
  durationBreakdown(...overrides).parts.map(({ kind, length }) => `${kind} ${length / HOUR}`);
const headlineText = (one: Order, history: Fact[] = shippedHistory, now = 0) => {
  const { text, late } = headline(one, durationBreakdown(one, history, START + now * HOUR));
  return late === null ? text : `${text} ${late}`;
};

describe('the duration of an order', () => {
  test('is split at the shipment and at the promise', () => {
    const damaged = order({ status: 'DAMAGED', completedAt: at(194), actualDelivery: at(194), isDelayed: true });
    expect(parts(damaged, shippedHistory, 0)).toEqual(['preparing 55', 'shipping 73', 'late 66']);
    expect(headlineText(damaged)).toBe('Arrived damaged, 2 days 18 hours late.');
  });

  test('has rounded parts that add up', () => {
    const late = order({
      status: 'ARRIVED',
      completedAt: at(194.45),
      estimatedDelivery: at(128.4),
      handedOverAt: at(55.4),
      isDelayed: true,
    });
    const breakdown = durationBreakdown(late, [fact('PLACED', 0), fact('SHIPPING_ON_TIME', 55.4)], 0);
    expect(breakdown.parts.reduce((sum, { length }) => sum + length, 0)).toBe(breakdown.length);
    expect(breakdown.late).toBe(breakdown.parts.at(-1)?.length);
    expect(breakdown.length).toBe(194 * HOUR);
  });

  test('is in minutes if a part is short', () => {
    const late = order({ status: 'ARRIVED', completedAt: at(128.2), isDelayed: true });
    expect(parts(late, shippedHistory, 0)).toEqual(['preparing 55', 'shipping 73', 'late 0.2']);
    expect(headlineText(late)).toBe('Arrived 12 minutes late.');
  });

  test('of an open order ends now, and states the time left', () => {
    const open = order({ status: 'SHIPPING_ON_TIME' });
    expect(parts(open, shippedHistory, START + 100 * HOUR)).toEqual(['preparing 55', 'shipping 45', 'left 28']);
    expect(headlineText(open, shippedHistory, 100)).toBe('On its way, due in 1 day 4 hours.');
    expect(headlineText(order({ isDelayed: true, handedOverAt: null }), [fact('PLACED', 0)], 152)).toBe(
      'Not shipped yet, 1 day late.',
    );
  });

  test('takes lateness from the server, not from the clock of the client', () => {
    const open = order({ status: 'SHIPPING_ON_TIME' });
    expect(durationBreakdown(open, shippedHistory, START + 500 * HOUR)).toMatchObject({ late: null, early: 0 });
    expect(durationBreakdown({ ...open, isDelayed: true }, shippedHistory, START)).toMatchObject({
      late: 0,
      early: null,
    });
  });

  test('does not invent a shipment or a promise', () => {
    const arrived = order({
      status: 'ARRIVED',
      completedAt: at(50),
      actualDelivery: at(50),
      handedOverAt: at(50),
      estimatedDelivery: null,
    });
    expect(parts(arrived, [fact('PLACED', 0), fact('ARRIVED', 50)], 0)).toEqual(['unshipped 50']);
    expect(headlineText(arrived)).toBe('Arrived after 2 days 2 hours.');
    expect(headlineText(order({ estimatedDelivery: null }))).toBe('Not shipped yet.');
  });

  test('of several parcels is being prepared until all of them are handed over', () => {
    const history = [fact('PLACED', 0), fact('SHIPPING_ON_TIME', 20), fact('SHIPPING_ON_TIME', 55)];
    expect(parts(order({ handedOverAt: null }), history, START + 100 * HOUR)).toEqual(['preparing 100', 'left 28']);
    expect(parts(order({}), history, START + 100 * HOUR)).toEqual(['preparing 55', 'shipping 45', 'left 28']);
  });

  test('of an order that was placed after its promise is late from the start', () => {
    const late = order({ status: 'ARRIVED', completedAt: at(60), estimatedDelivery: at(-12), isDelayed: true });
    expect(parts(late, shippedHistory, 0)).toEqual(['late 60']);
    expect(headlineText(late)).toBe('Arrived 3 days late.');
  });
});

describe('the headline of an order', () => {
  test('states the outcome, and compares it with the promise', () => {
    const ended = (status: Order['status'], hours: number, isDelayed = false) =>
      headlineText(order({ status, completedAt: at(hours), isDelayed }));
    expect(ended('ARRIVED', 100)).toBe('Arrived 1 day 4 hours early.');
    expect(ended('ARRIVED', 128)).toBe('Arrived just in time.');
    expect(ended('LOST', 300, true)).toBe('Lost, 7 days 4 hours past the promise.');
    expect(ended('DAMAGED', 100)).toBe('Damaged.');
    expect(ended('CANCELLED', 26)).toBe('Cancelled after 1 day 2 hours.');
    expect(ended('RETURN_TO_SENDER', 100)).toBe('Returned to sender.');
    const early = order({ status: 'ARRIVED', completedAt: at(0), suspect: true });
    expect(headlineText(early)).toBe('Arrived; its times are suspect.');
  });

  test('distinguishes an order of which some parcels are handed over from one that is not shipped', () => {
    const open = order({ estimatedDelivery: null, handedOverAt: null });
    const parcel = (parcelId: string, handedOverAt: string | null): Parcel => ({
      parcelId,
      status: handedOverAt === null ? 'PLACED' : 'SHIPPING_ON_TIME',
      handedOverAt,
      actualDelivery: null,
      completedAt: null,
    });
    const text = (parcels: Parcel[]) => headline(open, durationBreakdown(open, [], START), parcels).text;
    expect(text([parcel('a', null), parcel('b', null)])).toBe('Not shipped yet.');
    expect(text([parcel('a', at(3)), parcel('b', null)])).toBe('Partly shipped.');
  });
});
