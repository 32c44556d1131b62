import { describe, expect, test } from 'vitest';
import type { Report, Risk } from '../../api/types';
import { verdict } from './verdict';

/** A report that says only what the sentence is made of. */
function sentence(
  risk: Risk,
  [issueCount, completedOrders]: [number, number],
  [issuesBefore, completedBefore]: [number, number] = [0, 0],
  activeOrders = 0,
): string {
  const rate = (issues: number, completed: number) => (completed === 0 ? null : (100 * issues) / completed);
  const now = rate(issueCount, completedOrders);
  const before = rate(issuesBefore, completedBefore);
  const worse = now === null || before === null ? null : now - before;
  const report = {
    activeOrders,
    current7d: { issueCount, completedOrders, issueRate: now },
    previous7d: { issueRate: before },
    trends: { trendDirection: worse === null ? null : Math.abs(worse) < 2 ? 'stable' : worse > 0 ? 'down' : 'up' },
  };
  return verdict(report as Report, risk).replaceAll('\u00a0', ' ');
}

describe('the sentence about a vendor', () => {
  test('counts what went wrong, and holds it against the week before', () => {
    expect(sentence('high', [31, 118], [11, 130])).toBe(
      '31 of 118 completed orders went wrong, 26.3 %: worse than the week before (8.5 %).',
    );
    expect(sentence('low', [2, 60], [9, 60])).toBe(
      '2 of 60 completed orders went wrong, 3.3 %: better than the week before (15.0 %).',
    );
    expect(sentence('medium', [10, 61], [10, 64])).toBe(
      '10 of 61 completed orders went wrong, 16.4 %: about as in the week before (15.6 %).',
    );
  });

  test('says that nothing went wrong without a rate of nothing', () => {
    expect(sentence('low', [0, 40], [4, 40])).toBe(
      'None of 40 completed orders went wrong: better than the week before (10.0 %).',
    );
  });

  test('compares with nothing where nothing completed before', () => {
    expect(sentence('low', [1, 40])).toBe(
      '1 of 40 completed orders went wrong, 2.5 %. Nothing completed in the week before to compare with.',
    );
  });

  test('does not judge by too few orders', () => {
    expect(sentence('insufficient', [6, 27], [3, 13])).toBe(
      '6 of 27 completed orders went wrong. Too few to judge by.',
    );
    expect(sentence('insufficient', [0, 1])).toBe('The only completed order arrived. One is too few to judge by.');
    expect(sentence('insufficient', [1, 1])).toBe('The only completed order went wrong. One is too few to judge by.');
  });

  test('says what is on the way where nothing completed', () => {
    expect(sentence('insufficient', [0, 0], [0, 0], 4)).toBe(
      'Nothing completed in these seven days; 4 orders are on the way.',
    );
    expect(sentence('insufficient', [0, 0], [0, 0], 1)).toBe(
      'Nothing completed in these seven days; 1 order is on the way.',
    );
    expect(sentence('insufficient', [0, 0])).toBe('Nothing completed in these seven days, and nothing is on the way.');
  });
});
