import { describe, expect, test } from 'vitest';
import type { Report, Window } from '../../api/types';
import { difference, numbersOf } from './load';

const window = (totalOrders: number) => ({ totalOrders, reliabilityScore: 90 }) as Window;
const report = (date: string, current: number, previous: number) =>
  ({ date, current7d: window(current), previous7d: window(previous) }) as Report;

const today = report('2026-11-22', 55, 75);
const yesterday = report('2026-11-21', 74, 72);

describe('the numbers of a vendor', () => {
  test('of a day that is over are compared as they are', () => {
    const { countsOf, counted } = numbersOf(today, yesterday, null, { window: undefined, isPast: true });
    expect([countsOf, difference(counted, 'totalOrders')]).toEqual(['shown', -20]);
  });

  test('of today compare their counts until yesterday: five minutes after midnight nothing is twenty fewer', () => {
    const { current, countsOf, counted } = numbersOf(today, yesterday, null, { window: undefined, isPast: false });
    expect([current.totalOrders, countsOf, difference(counted, 'totalOrders')]).toEqual([55, 'dayBefore', 2]);
  });

  test('of a part of a month are not compared with a whole one, but with the same part', () => {
    const month = { window: 'month', isPast: true };
    expect(numbersOf(today, yesterday, null, month).countsOf).toBe('none');
    const compared = numbersOf(today, yesterday, report('2025-11-22', 50, 0), month);
    expect([compared.countsOf, difference(compared.counted, 'totalOrders')]).toEqual(['shown', 5]);
  });

  test('of today have no counts to compare with another date, which is over', () => {
    const compared = report('2025-11-23', 50, 0);
    expect(numbersOf(today, yesterday, compared, { window: undefined, isPast: false }).countsOf).toBe('none');
  });

  test('that are missing have no difference', () => {
    const missing = { ...window(1), reliabilityScore: null };
    expect(difference([window(1), missing], 'reliabilityScore')).toBeNull();
  });
});
