import { expect, test } from 'vitest';
import { dashboard } from '../pages/overview/overview.fixture';
import { changesSince } from './changesSince';

test('what has changed since is said in counts', () => {
  const shown = dashboard({ totalOrders: 40, totalDelayedOrders: 3 });
  expect(changesSince(shown, dashboard({ totalOrders: 1_240, totalDelayedOrders: 2, atRiskVendors: 1 }))).toBe(
    'Since then: 1,200 more placed, 1 fewer overdue, 1 more at risk among the vendors. Refresh shows them.',
  );
  expect(changesSince(shown, { ...shown, asOf: '2026-11-22T14:31:00Z' })).toBe('Nothing has changed since.');
  expect(changesSince(shown, { ...shown, date: '2026-11-23' })).toBe('A new day has begun since. Refresh shows it.');
});
