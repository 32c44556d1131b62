import { describe, expect, test } from 'vitest';
import type { Dashboard } from '../../api/types';
import { headline } from './headline';
import { change, dashboard } from './overview.fixture';

function text(current: Partial<Dashboard['current']>, more: Partial<Dashboard> = {}): string {
  const { highlight, rest } = headline({ ...dashboard(current), ...more });
  return `${highlight} ${rest}`.trim();
}

const silent = { silentSince: '2026-11-27T04:30:00Z' };

describe('the headline of the overview', () => {
  test('counts the vendors at risk, and what is overdue', () => {
    expect(text({ atRiskVendors: 1 })).toBe('1 vendor is at risk.');
    expect(text({ atRiskVendors: 12, totalDelayedOrders: 1153 })).toBe('12 vendors are at risk, 1,153 orders overdue.');
  });

  test('begins with who misses more promises than before', () => {
    const changed = (changes: Dashboard['changes'], openEpisodes: number) => ({ changes, openEpisodes });
    expect(text({ atRiskVendors: 1 }, changed([change('acme')], 1))).toBe(
      'acme has missed more promises since about Thu 19 Nov.',
    );
    expect(text({ totalDelayedOrders: 7 }, changed([change('acme'), change('birch')], 2))).toBe(
      '2 vendors miss more promises than before, 7 orders overdue.',
    );
    expect(text({}, changed([change(null), change('acme')], 1))).toBe(
      'Many vendors have missed more promises since about Thu 19 Nov.',
    );
    // A vendor that is most of the change of all is named instead.
    const large = change('acme', { excessPerWeek: 120 });
    expect(text({}, changed([change(null), large], 1))).toBe('acme has missed more promises since about Thu 19 Nov.');
    expect(text({}, changed([change(null), large, change('birch')], 2))).toBe(
      '2 vendors miss more promises than before.',
    );
  });

  test('says that next to nothing comes in, before what looks late because of that', () => {
    expect(text({ atRiskVendors: 7, totalDelayedOrders: 288 }, { isBlind: true })).toContain('Next to nothing');
    expect(text({}, { isBlind: true })).toBe('Next to nothing comes in from any vendor. A feed problem?');
  });

  test('never says that no vendor is at risk over orders that are stuck', () => {
    expect(text({ totalDelayedOrders: 1153, totalStalledOrders: 884 })).toBe('1,153 orders are overdue.');
    expect(text({ totalUnshippedOrders: 1 })).toBe('1 order is not shipped in time.');
    expect(text({ totalStalledOrders: 2 })).toBe('2 orders are stalled.');
  });

  test('never says that no vendor is at risk while events are missing', () => {
    // The tests run in New York.
    expect(text({}, silent)).toBe('Nothing has come in since 26 Nov 2026, 23:30.');
    expect(text({}, { unplacedOrders: 1 })).toBe('1 order has no placement.');
    expect(text({}, { unplacedOrders: 3 })).toBe('3 orders have no placement.');
  });

  test('says that all is well only if the fleet can be judged', () => {
    expect(text({})).toBe('No vendor is at risk.');
    expect(text({}, { unplacedOrders: null })).toBe('No vendor is at risk.');
    expect(text({}, { riskLevel: 'insufficient', riskProbability: null })).toBe('Too few orders to judge.');
  });
});
