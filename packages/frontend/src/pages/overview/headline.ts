import type { Dashboard } from '../../api/types';
import { pluralize } from '../../format/numbers';
import { minute, ownZone } from '../../format/times';

export interface Headline {
  /** The part that is emphasized. */
  highlight: string;
  tone: 'bad' | 'watch';
  rest: string;
}

/** The state of the fleet in one sentence: vendors at risk, else orders that are stuck, else missing events, else that all is well. */
export function headline({ current, silentSince, unplacedOrders, riskLevel }: Dashboard): Headline {
  const { atRiskVendors, totalDelayedOrders, totalUnshippedOrders, totalStalledOrders } = current;
  const watch = (highlight: string, rest: string): Headline => ({ highlight, tone: 'watch', rest });
  const orders = (number: number, one: string, many: string) =>
    watch(pluralize(number, 'order'), number === 1 ? one : many);
  if (atRiskVendors > 0) {
    const risk = `${atRiskVendors === 1 ? 'is' : 'are'} at risk`;
    const overdue = totalDelayedOrders > 0 ? `, ${pluralize(totalDelayedOrders, 'order')} overdue.` : '.';
    return { highlight: pluralize(atRiskVendors, 'vendor'), tone: 'bad', rest: risk + overdue };
  }
  if (totalDelayedOrders > 0) return orders(totalDelayedOrders, 'is overdue.', 'are overdue.');
  if (totalUnshippedOrders > 0)
    return orders(totalUnshippedOrders, 'is not shipped in time.', 'are not shipped in time.');
  if (totalStalledOrders > 0) return orders(totalStalledOrders, 'is stalled.', 'are stalled.');
  if (silentSince !== null) return watch('Nothing has come in', `since ${minute(silentSince, ownZone)}.`);
  if (unplacedOrders !== null && unplacedOrders > 0)
    return orders(unplacedOrders, 'has no placement.', 'have no placement.');
  const rest = riskLevel === 'insufficient' ? 'Too few orders to judge.' : 'No vendor is at risk.';
  return { highlight: '', tone: 'watch', rest };
}
