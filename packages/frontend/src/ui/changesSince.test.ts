import { expect, test } from 'vitest';
import { dashboard } from '../pages/overview/overview.fixture';
import { changesSince, countedOfFleet } from './changesSince';

test('what has changed since is said in counts', () => {
  const shown = countedOfFleet(dashboard({ totalOrders: 40, totalDelayedOrders: 3 }));
  const later = dashboard({ totalOrders: 1_240, totalDelayedOrders: 2, atRiskVendors: 1 });
  expect(changesSince(shown, countedOfFleet(later))).toBe(
    'Since then: 1,200 more placed, 1 fewer overdue, 1 more at risk among the vendors. Refresh shows them.',
  );
  expect(changesSince(shown, { ...shown })).toBe('Nothing has changed since.');
  expect(changesSince(shown, { ...shown, date: '2026-11-23' })).toBe('A new day has begun since. Refresh shows it.');
});
