import type { Dashboard } from '../../api/types';
import { changeOfMany, sinceAbout } from '../../format/changes';
import { isolated } from '../../format/names';
import { pluralize } from '../../format/numbers';
import { minute, ownZone } from '../../format/times';

export interface Headline {
  /** The part that is emphasized. */
  highlight: string;
  tone: 'bad' | 'watch';
  rest: string;
}

/** The state of the fleet in one sentence: what changed, else that almost nothing comes in, else vendors at risk, else orders that are stuck, else missing events, else that all is well. */
export function headline(dashboard: Dashboard): Headline {
  const { current, silentSince, unplacedOrders, riskLevel, isBlind } = dashboard;
  const { atRiskVendors, totalDelayedOrders, totalUnshippedOrders, totalStalledOrders } = current;
  const watch = (highlight: string, rest: string): Headline => ({ highlight, tone: 'watch', rest });
  const orders = (number: number, one: string, many: string) =>
    watch(pluralize(number, 'order'), number === 1 ? one : many);
  const overdue = totalDelayedOrders > 0 ? `, ${pluralize(totalDelayedOrders, 'order')} overdue.` : '.';
  const changed = changeInWords(dashboard);
  if (changed !== null) return { ...changed, tone: 'bad', rest: changed.rest + overdue };
  // What has not come in looks late.
  if (isBlind) return watch('Next to nothing', 'comes in from any vendor. A feed problem?');
  if (atRiskVendors > 0) {
    const risk = `${atRiskVendors === 1 ? 'is' : 'are'} at risk`;
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

/** Who misses more promises than before; null if no vendor does. */
function changeInWords({ changes, openEpisodes, timeZone }: Dashboard): Pick<Headline, 'highlight' | 'rest'> | null {
  const many = changeOfMany(changes);
  const first = many ?? changes.find(({ vendorId }) => vendorId !== null);
  if (first === undefined) return null;
  if (many === undefined && openEpisodes > 1)
    return { highlight: pluralize(openEpisodes, 'vendor'), rest: 'miss more promises than before' };
  const rest = `missed more promises ${sinceAbout(first, timeZone)}`;
  return first.name === null
    ? { highlight: 'Many vendors', rest: `have ${rest}` }
    : { highlight: isolated(first.name), rest: `has ${rest}` };
}
