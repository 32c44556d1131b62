import { describe, expect, test } from 'vitest';
import { type RateCounts, ratesInWords, reasonInWords, sentence, worth } from './sentences';

const counts = (
  completedOrders: number,
  issueCount: number,
  dueOrders: number,
  onTimeDeliveries: number,
): RateCounts => ({
  completedOrders,
  issueCount,
  dueOrders,
  onTimeDeliveries,
});

describe('both rates in words', () => {
  test('start with the rate that is the reason', () => {
    const late = counts(120, 0, 120, 0);
    expect(ratesInWords(late, 'onTime')).toEqual([
      '0 of 120 due orders arrived on time',
      '120 of 120 completed orders arrived',
    ]);
    expect(ratesInWords(late, 'both')).toEqual(ratesInWords(late, 'onTime').toReversed());
    expect(ratesInWords(late, null)).toEqual(ratesInWords(late, 'onTime').toReversed());
  });

  test('state what is missing, and never a rate of nothing', () => {
    expect(ratesInWords(counts(0, 0, 69, 0), 'onTime')).toEqual([
      '0 of 69 due orders arrived on time',
      'nothing completed in 7 days',
    ]);
    expect(ratesInWords(counts(1200, 31, 0, 0), 'reliability')).toEqual([
      '1,169 of 1,200 completed orders arrived',
      'nothing was due in 7 days',
    ]);
  });

  test('have no rate of a single order', () => {
    expect(ratesInWords(counts(1, 0, 1, 0), null)).toEqual([
      'the only completed order arrived',
      'the only due order missed its promise',
    ]);
    expect(ratesInWords(counts(1, 1, 1, 1), null)).toEqual([
      'the only completed order failed',
      'the only due order arrived on time',
    ]);
  });

  test('of the reason are only those that it names', () => {
    const both = counts(40, 16, 30, 12);
    expect(reasonInWords(both, 'reliability')).toEqual(['24 of 40 completed orders arrived']);
    expect(reasonInWords(both, 'onTime')).toEqual(['12 of 30 due orders arrived on time']);
    expect(reasonInWords(both, 'both')).toHaveLength(2);
    expect(reasonInWords(both, null)).toEqual(['24 of 40 completed orders arrived']);
  });
});

test('the value of overdue gifts is in each currency', () => {
  const value = [
    { currency: 'USD', amount: 331_500 },
    { currency: 'JPY', amount: 1200 },
  ];
  expect(worth({ overdue: 78, unshipped: 0, stalled: 0, value })).toBe(' ($3,315 and ¥1,200)');
  expect(worth({ overdue: 2, unshipped: 0, stalled: 0, value: null })).toBe('');
});

test('a sentence starts with a capital letter', () => {
  expect(sentence(['nothing completed', '1 of 2 is late'])).toBe('Nothing completed; 1 of 2 is late');
  expect(sentence([])).toBe('');
});
