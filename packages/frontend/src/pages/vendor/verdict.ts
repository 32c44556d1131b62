/** The verdict on a vendor in a sentence made from its numbers. It states counts only: no causes, and no start of a change. */
import type { Report } from '../../api/types';
import { pluralize } from '../../format/numbers';
import { ratesInWords, sentence } from '../../format/sentences';

export function verdict({ current7d, riskLevel, riskReason, activeOrders }: Report): string {
  if (current7d.completedOrders === 0 && current7d.dueOrders === 0) {
    return activeOrders === 0
      ? 'Nothing completed, nothing was due in 7 days, and nothing is on the way.'
      : `Nothing completed and nothing was due in 7 days; ${pluralize(activeOrders, 'order is', 'orders are')} open.`;
  }
  const parts = ratesInWords(current7d, riskReason);
  return riskLevel === 'insufficient' ? `Too few orders to judge: ${parts.join('; ')}.` : `${sentence(parts)}.`;
}
