/** Why a verdict changed overnight: orders that left the seven days by which the risk is judged. */
import type { Report, VendorDay } from '../../api/types';
import { riskPhrase } from '../../format/labels';
import { count, pluralize } from '../../format/numbers';
import { daysBefore, weekdayName } from '../../format/times';

/**
 * `Medium risk on the day before. Thursday's 14 completed orders, 5 of them issues, left the seven days.`; null if the risk is the same.
 */
export function leftTheWindow({ date, riskLevel }: Report, dayBefore: Report | null, days: VendorDay[]): string | null {
  if (dayBefore === null || dayBefore.riskLevel === riskLevel) return null;
  const before = `${riskPhrase[dayBefore.riskLevel]} on the day before.`;
  const left = days.find((day) => day.date === daysBefore(date, 7));
  if (left === undefined || left.day.completedOrders === 0) return before;
  const { completedOrders, issueCount } = left.day;
  const orders = pluralize(completedOrders, 'completed order');
  const issues = issueCount === 0 ? '' : `, ${count(issueCount)} of them ${issueCount === 1 ? 'an issue' : 'issues'},`;
  return `${before} ${weekdayName(left.date)}’s ${orders}${issues} left the seven days.`;
}
