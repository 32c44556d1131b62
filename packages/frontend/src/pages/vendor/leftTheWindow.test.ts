import { expect, test } from 'vitest';
import type { Report, Risk, VendorDay } from '../../api/types';
import { leftTheWindow } from './leftTheWindow';

const report = (riskLevel: Risk) => ({ date: '2026-11-26', riskLevel }) as Report;
const thursday = (completedOrders: number, issueCount: number) =>
  [{ date: '2026-11-19', day: { placedOrders: 9, completedOrders, issueCount } }] as VendorDay[];

test('a verdict that changed says which orders left the seven days', () => {
  expect(leftTheWindow(report('insufficient'), report('high'), thursday(14, 5))).toBe(
    'High risk on the day before. Thursday’s 14 completed orders, 5 of them issues, left the seven days.',
  );
  expect(leftTheWindow(report('low'), report('medium'), thursday(1, 0))).toBe(
    'Medium risk on the day before. Thursday’s 1 completed order left the seven days.',
  );
  expect(leftTheWindow(report('low'), report('medium'), thursday(0, 0))).toBe('Medium risk on the day before.');
});

test('a verdict that stays needs no reason', () => {
  expect(leftTheWindow(report('high'), report('high'), thursday(14, 5))).toBeNull();
  expect(leftTheWindow(report('high'), null, [])).toBeNull();
});
