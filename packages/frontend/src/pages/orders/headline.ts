import { count } from '../../format/numbers';
import type { OrdersSummary } from './load';

/** The headline in two parts: how many orders there are, and how many of them are late. */
export interface Headline {
  orders: string;
  late: string | null;
  isLate: boolean;
}

/** `late` is null if the filter excludes late orders. */
export function headline(summary: OrdersSummary, late: OrdersSummary | null, isFiltered: boolean): Headline {
  const { total } = summary;
  if (total === 0) {
    return { orders: isFiltered ? 'No order matches.' : 'No orders yet.', late: null, isLate: false };
  }
  const orders = `${atLeast(summary)} ${total === 1 ? 'order' : 'orders'},`;
  if (late === null || late.total === 0)
    return { orders, late: total === 1 ? 'not late.' : 'none late.', isLate: false };
  if (total === 1) return { orders, late: 'late.', isLate: true };
  const isAll = !summary.totalIsLowerBound && late.total === total;
  return { orders, late: isAll ? 'all late.' : `${atLeast(late)} late.`, isLate: true };
}

/** `1,247`, or `10,000 or more` for a lower bound. */
export function atLeast({ total, totalIsLowerBound }: OrdersSummary): string {
  return totalIsLowerBound ? `${count(total)} or more` : count(total);
}
