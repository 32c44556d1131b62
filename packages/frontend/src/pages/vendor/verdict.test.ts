import { describe, expect, test } from 'vitest';
import type { Report, Risk } from '../../api/types';
import { verdict } from './verdict';

/** The sentence for a report with only the fields it needs. */
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
  test('counts the issues, and compares them with the week before', () => {
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

  test('has no rate if nothing went wrong', () => {
    expect(sentence('low', [0, 40], [4, 40])).toBe(
      'None of 40 completed orders went wrong: better than the week before (10.0 %).',
    );
  });

  test('states that nothing completed in the week before', () => {
    expect(sentence('low', [1, 40])).toBe(
      '1 of 40 completed orders went wrong, 2.5 %. Nothing completed in the week before to compare with.',
    );
  });

  test('does not judge too few orders', () => {
    expect(sentence('insufficient', [6, 27], [3, 13])).toBe('6 of 27 completed orders went wrong. Too few to judge.');
    expect(sentence('insufficient', [0, 1])).toBe('The only completed order arrived. One is too few to judge.');
    expect(sentence('insufficient', [1, 1])).toBe('The only completed order went wrong. One is too few to judge.');
  });

  test('counts the orders on the way if nothing completed', () => {
    expect(sentence('insufficient', [0, 0], [0, 0], 4)).toBe(
      'Nothing completed in these seven days; 4 orders are on the way.',
    );
    expect(sentence('insufficient', [0, 0], [0, 0], 1)).toBe(
      'Nothing completed in these seven days; 1 order is on the way.',
    );
    expect(sentence('insufficient', [0, 0])).toBe('Nothing completed in these seven days, and nothing is on the way.');
  });
});
