/** Screen labels for the values of the API. A new value breaks the build until it has a label here. */
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

/** An order in one of these is still on its way. */
export const activeStatuses = ['PLACED', 'SHIPPING_ON_TIME', 'SHIPPING_DELAYED'] as const satisfies Status[];

/** An order in one of these has ended. */
export const endedStatuses = [
  'ARRIVED',
  'LOST',
  'DAMAGED',
  'UNDELIVERABLE',
  'RETURN_TO_SENDER',
  'CANCELLED',
] as const satisfies Status[];

/** The outcomes that are issues: they count against reliability. */
export const issueStatuses = ['LOST', 'DAMAGED', 'UNDELIVERABLE', 'RETURN_TO_SENDER'] as const satisfies Status[];

export const riskLabel: Record<Risk, string> = {
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  insufficient: 'Too few orders',
};

/** Labels for a place without the heading "Risk". */
export const riskPhrase: Record<Risk, string> = {
  high: 'High risk',
  medium: 'Medium risk',
  low: 'Low risk',
  insufficient: 'Too few orders to judge',
};

export const trendLabel: Record<Trend, string> = { up: 'better', down: 'worse', stable: 'stable' };

export const healthLabel: Record<HealthStatus, string> = {
  healthy: 'The system is healthy',
  degraded: 'Works, but needs attention',
  unhealthy: 'Does not work',
};
