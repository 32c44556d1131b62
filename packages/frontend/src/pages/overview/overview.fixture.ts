import type { Change, Dashboard, VendorRow } from '../../api/types';

/** A vendor of low risk without open orders, except for `row`. */
export function vendorRow(vendorId: string, row: Partial<VendorRow> = {}): VendorRow {
  return {
    vendorId,
    name: vendorId,
    category: null,
    reliabilityScore: 95,
    reliabilityInterval: { lower: 90, upper: 99 },
    reliability30d: [],
    totalOrders: 40,
    completedOrders: 40,
    dueOrders: 40,
    onTimeDeliveries: 38,
    onTimePercentage: 95,
    issueCount: 2,
    activeOrders: 0,
    delayedOrders: 0,
    unshippedOrders: 0,
    stalledOrders: 0,
    overdueValue: null,
    lastArrivalAt: null,
    trend: 'stable',
    trendPercentage: 0,
    riskLevel: 'low',
    riskReason: null,
    riskProbability: 0.01,
    ...row,
  };
}

/** A dashboard of a fleet of low risk without open orders, except for `current`. */
export function dashboard(current: Partial<Dashboard['current']> = {}): Dashboard {
  const quiet: Dashboard['current'] = {
    overallReliability: 95,
    onTimePercentage: 95,
    totalOrders: 40,
    completedOrders: 40,
    issueCount: 2,
    totalActiveOrders: 0,
    totalDelayedOrders: 0,
    totalUnshippedOrders: 0,
    totalStalledOrders: 0,
    atRiskVendors: 0,
  };
  return {
    date: '2026-11-22',
    asOf: '2026-11-22T14:30:00Z',
    timeZone: 'UTC',
    systemHealth: { status: 'healthy', dataFreshness: 'fresh', lastUpdateMinutesAgo: 1, issues: [] },
    current: { ...quiet, ...current },
    previous: quiet,
    trends: {
      reliabilityTrend: 0,
      onTimeTrend: 0,
      activeOrdersTrend: 0,
      delayedOrdersTrend: 0,
      unshippedOrdersTrend: 0,
      stalledOrdersTrend: 0,
      atRiskVendorsTrend: 0,
    },
    overdueValue: null,
    topPerformingVendors: [],
    underperformingVendors: [],
    unplacedOrders: 0,
    judgedUntil: '2026-11-22T12:00:00Z',
    isBlind: false,
    openEpisodes: 0,
    changes: [],
    watch: [],
    silentSince: null,
    riskLevel: 'low',
    riskReason: null,
    riskProbability: 0.01,
  };
}

/** An open episode of a vendor, or of the fleet. */
export function change(vendorId: string | null, more: Partial<Change> = {}): Change {
  return {
    id: `${vendorId ?? '*'}:2026-11-20T06:00:00Z`,
    vendorId,
    name: vendorId,
    state: 'opened',
    signal: 'promise',
    since: '2026-11-19T00:00:00Z',
    raisedAt: '2026-11-20T06:00:00Z',
    clearedAt: null,
    clearedWhy: null,
    reopenedAt: [],
    fleetEpisode: null,
    probability: 0.971,
    excessPerWeek: 22,
    priority: 21.4,
    evidence: {
      signal: 'promise',
      due: 96,
      missed: 31,
      expected: 12.1,
      baselineRate: 12.6,
      rate: 32.3,
      rateInterval: { lower: 23.8, upper: 42.2 },
      expectedInterval: { lower: 7.3, upper: 20.7 },
      excess: 18.9,
      excessPerWeek: 22,
      tide: 0,
    },
    ...more,
  };
}
