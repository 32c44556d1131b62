/** A sentence about the numbers of a vendor. It states counts only: no causes, and no start of a change. */
import type { Report, Risk } from '../../api/types';
import { count, percent, pluralize } from '../../format/numbers';

export function verdict(
  { current7d: current, previous7d: previous, trends, activeOrders }: Report,
  risk: Risk,
): string {
  const { completedOrders: completed, issueCount: issues, issueRate } = current;
  if (issueRate === null) {
    return activeOrders === 0
      ? 'Nothing completed in these seven days, and nothing is on the way.'
      : `Nothing completed in these seven days; ${pluralize(activeOrders, 'order is', 'orders are')} on the way.`;
  }
  if (completed === 1) {
    return `The only completed order ${issues === 0 ? 'arrived' : 'went wrong'}. One is too few to judge.`;
  }
  const issueText = `${issues === 0 ? 'None' : count(issues)} of ${count(completed)} completed orders went wrong`;
  if (risk === 'insufficient') return `${issueText}. Too few to judge.`;
  const rate = issues === 0 ? issueText : `${issueText}, ${percent(issueRate)}`;
  if (previous.issueRate === null) return `${rate}. Nothing completed in the week before to compare with.`;
  // The API calls a change of less than two points stable; reliability up is fewer issues.
  const against = { up: 'better than', down: 'worse than', stable: 'about as in' }[trends.trendDirection ?? 'stable'];
  return `${rate}: ${against} the week before (${percent(previous.issueRate)}).`;
}
