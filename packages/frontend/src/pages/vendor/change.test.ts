import { describe, expect, test } from 'vitest';
import type { Explanation, GroupEffect } from '../../api/types';
import { concentrationInWords, outcomeParts, partsOf, shownDimensions } from './change';

const group = (name: string, excess: number, rate: number): GroupEffect => ({
  group: name,
  dueBefore: 50,
  missedBefore: 3,
  dueAfter: 48,
  missedAfter: 20,
  rate,
  mix: 0.5,
  excess,
});

const compared = {
  from: '2026-11-05T00:00:00Z',
  to: '2026-11-19T00:00:00Z',
  placedSince: null,
  due: 100,
  missed: 6,
  rate: 6,
};

const explanation: Explanation = {
  before: compared,
  after: { ...compared, due: 96, missed: 31, rate: 32.3 },
  outcomes: [
    { outcome: 'ARRIVED_LATE', missedBefore: 6, missedAfter: 11, points: 5.4 },
    { outcome: 'OPEN', missedBefore: 0, missedAfter: 20, points: 20.8 },
  ],
  dimensions: {
    carrier: [group('', 19, 26)],
    giftType: [group('flowers', 9, 12), group('food', 10, 13)],
    isRush: [group('0', 2, 1), group('1', 17, 24)],
  },
  concentrated: { dimension: 'isRush', group: '1', shareOfExcess: 0.89, shareOfDue: 0.5 },
  orders: '/api/orders?vendorId=acme',
};

describe('what a rise is made of', () => {
  test('says where most of the extra misses are', () => {
    expect(concentrationInWords(explanation)).toBe('17 of the 19 extra misses are rush orders.');
    expect(concentrationInWords({ ...explanation, concentrated: null })).toBeNull();
  });

  test('shows the dimensions that have something to compare, that of the sentence first', () => {
    expect(shownDimensions(explanation).map(({ name }) => name)).toEqual(['isRush', 'giftType']);
  });

  test('has the largest parts first, with the filter of their orders', () => {
    expect(partsOf(explanation, 'isRush').map(({ name, points, search }) => [name, points, search])).toEqual([
      ['Rush', 24.5, { isRush: 'true' }],
      ['Not rush', 1.5, { isRush: 'false' }],
    ]);
    const places = [group('US-CA', 3, 1), group('CA', 2, 1), group('US-NY', 1, 1), group('DE-NY', 1, 1)];
    expect(
      partsOf({ ...explanation, dimensions: { destination: places } }, 'destination').map(({ name, search }) => [
        name,
        search,
      ]),
      'a region of two countries, and a country without one, have no list',
    ).toEqual([
      ['US-CA', { region: 'CA' }],
      ['CA', undefined],
      ['US-NY', undefined],
      ['DE-NY', undefined],
    ]);
    const many = Array.from({ length: 9 }, (_, at) => group(`${at}`, 1, at));
    const parts = partsOf({ ...explanation, dimensions: { carrier: many } }, 'carrier');
    expect(parts.map(({ name, points, missedAfter }) => [name, points, missedAfter])).toEqual([
      ...[8, 7, 6, 5, 4].map((at) => [`${at}`, at + 0.5, 20]),
      ['4 others', 8, 80],
    ]);
    expect(outcomeParts(explanation).map(({ name, points }) => [name, points])).toEqual([
      ['Not there yet', 20.8],
      ['Arrived late', 5.4],
    ]);
  });
});
