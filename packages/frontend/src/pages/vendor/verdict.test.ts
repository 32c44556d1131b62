import { describe, expect, test } from 'vitest';
import type { Report, Risk, RiskReason } from '../../api/types';
import { verdict } from './verdict';

/** The sentence for a report with only the fields it needs. */
function verdictOf(
  riskLevel: Risk,
  riskReason: RiskReason | null,
  [arrived, completedOrders]: [number, number],
  [onTimeDeliveries, dueOrders]: [number, number],
  activeOrders = 0,
): string {
  const current7d = { completedOrders, issueCount: completedOrders - arrived, dueOrders, onTimeDeliveries };
  return verdict({ riskLevel, riskReason, activeOrders, current7d } as Report);
}

describe('the verdict on a vendor', () => {
  test('starts with the rate that is its reason', () => {
    expect(verdictOf('high', 'onTime', [0, 0], [0, 69])).toBe(
      '0 of 69 due orders arrived on time; nothing completed in 7 days.',
    );
    expect(verdictOf('high', 'onTime', [120, 120], [0, 120])).toBe(
      '0 of 120 due orders arrived on time; 120 of 120 completed orders arrived.',
    );
    expect(verdictOf('medium', 'reliability', [98, 118], [0, 0])).toBe(
      '98 of 118 completed orders arrived; nothing was due in 7 days.',
    );
    expect(verdictOf('high', 'both', [14, 23], [10, 20])).toBe(
      '14 of 23 completed orders arrived; 10 of 20 due orders arrived on time.',
    );
  });

  test('of a low risk has no reason, and still states both rates', () => {
    expect(verdictOf('low', null, [1200, 1200], [1199, 1200])).toBe(
      '1,200 of 1,200 completed orders arrived; 1,199 of 1,200 due orders arrived on time.',
    );
  });

  test('explains why too few orders are not judged', () => {
    expect(verdictOf('insufficient', null, [3, 3], [2, 3])).toBe(
      'Too few orders to judge: 3 of 3 completed orders arrived; 2 of 3 due orders arrived on time.',
    );
    expect(verdictOf('insufficient', null, [0, 0], [0, 1])).toBe(
      'Too few orders to judge: nothing completed in 7 days; the only due order missed its promise.',
    );
  });

  test('counts the open orders if nothing completed and nothing was due', () => {
    expect(verdictOf('insufficient', null, [0, 0], [0, 0], 4)).toBe(
      'Nothing completed and nothing was due in 7 days; 4 orders are open.',
    );
    expect(verdictOf('insufficient', null, [0, 0], [0, 0], 1)).toBe(
      'Nothing completed and nothing was due in 7 days; 1 order is open.',
    );
    expect(verdictOf('insufficient', null, [0, 0], [0, 0])).toBe(
      'Nothing completed, nothing was due in 7 days, and nothing is on the way.',
    );
  });
});
