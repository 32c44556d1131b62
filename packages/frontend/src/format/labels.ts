/** What the words of the API are called on the screen. A word the API adds breaks the build until it is named here. */
import type { HealthStatus, Risk, Status, Trend } from '../api/types';

export const statusLabel: Record<Status, string> = {
  PLACED: 'Placed',
  SHIPPING_ON_TIME: 'Shipping, on time',
  SHIPPING_DELAYED: 'Shipping, delayed',
  ARRIVED: 'Arrived',
  LOST: 'Lost',
  DAMAGED: 'Damaged',
  UNDELIVERABLE: 'Undeliverable',
  RETURN_TO_SENDER: 'Returned to sender',
  CANCELLED: 'Cancelled',
};

/** Orders in these go on. */
export const activeStatuses = ['PLACED', 'SHIPPING_ON_TIME', 'SHIPPING_DELAYED'] as const satisfies Status[];

/** Orders in these have ended, well or not. */
export const endedStatuses = [
  'ARRIVED',
  'LOST',
  'DAMAGED',
  'UNDELIVERABLE',
  'RETURN_TO_SENDER',
  'CANCELLED',
] as const satisfies Status[];

/** Those of them that are issues: they count against reliability. */
export const issueStatuses = ['LOST', 'DAMAGED', 'UNDELIVERABLE', 'RETURN_TO_SENDER'] as const satisfies Status[];

export const riskLabel: Record<Risk, string> = {
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  insufficient: 'Too few orders',
};

/** The same where no heading says that it is the risk. */
export const riskPhrase: Record<Risk, string> = {
  high: 'High risk',
  medium: 'Medium risk',
  low: 'Low risk',
  insufficient: 'Too few orders to judge',
};

export const trendLabel: Record<Trend, string> = { up: 'better', down: 'worse', stable: 'stable' };

export const healthLabel: Record<HealthStatus, string> = {
  healthy: 'Everything works',
  degraded: 'Works, but needs attention',
  unhealthy: 'Does not work',
};

/** Below this reliability, in percent, a vendor with enough orders is at risk. Drawn as a line; who is at risk the API says. */
export const AT_RISK_BELOW = 85;
