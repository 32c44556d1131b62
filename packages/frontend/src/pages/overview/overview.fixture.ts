import type { Call, Change, Dashboard } from '../../api/types';

/** A vendor to call of low risk without open orders, except for `more`. */
export function call(vendorId: string, more: Partial<Call> = {}): Call {
  return {
    vendorId,
    name: vendorId,
    supportContact: null,
    certainty: 0.5,
    change: null,
    completedOrders: 40,
    issueCount: 2,
    dueOrders: 40,
    onTimeDeliveries: 38,
    activeOrders: 0,
    delayedOrders: 0,
    unshippedOrders: 0,
    stalledOrders: 0,
    overdueValue: null,
    lastArrivalAt: null,
    trendPercentage: 0,
    riskLevel: 'low',
    riskReason: null,
    riskProbability: 0.01,
    ...more,
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
    dueOrders: 40,
    onTimeDeliveries: 38,
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
    calls: [],
    lines: { atRiskBelow: 85, reliabilityHighBelow: 80, onTimeHighBelow: 75 },
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
    excessPerWeek: vendorId === null ? 220 : 22,
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
