/** What the numbers of a vendor say, in a sentence. Only what is counted: no cause, and no day since when. */
import type { Report, Risk } from '../../api/types';
import { count, counted, percent } from '../../format/numbers';

export function verdict(
  { current7d: current, previous7d: previous, trends, activeOrders }: Report,
  risk: Risk,
): string {
  const { completedOrders: completed, issueCount: issues } = current;
  if (current.issueRate === null) {
    const active = activeOrders === 0 ? 'none is on its way' : `${counted(activeOrders, 'order')} on the way`;
    return `Nothing completed in these seven days, ${active}.`;
  }
  const went = `${issues === 0 ? 'None' : count(issues)} of ${counted(completed, 'completed order')} went wrong`;
  if (risk === 'insufficient') return `${went}. That is too few orders to judge by.`;
  const rate = issues === 0 ? went : `${went}, ${percent(current.issueRate)}`;
  if (previous.issueRate === null) return `${rate}. Nothing completed in the week before, to compare with.`;
  // The API calls a change of less than two points stable; reliability up is fewer issues.
  const against = { up: 'better than', down: 'worse than', stable: 'about as in' }[trends.trendDirection ?? 'stable'];
  return `${rate}: ${against} the week before (${percent(previous.issueRate)}).`;
}
