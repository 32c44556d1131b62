import { activeStatuses, issueStatuses } from '../../format/labels';
import { count, pluralize } from '../../format/numbers';
import { capitalized } from '../../format/sentences';
import { instantInWords, periodInWords } from './filters';
import type { OrdersSummary } from './load';
import { type DateKind, dateKinds, isAboutLateness, isOverdue, type OrdersFilter, periodOf } from './search';

/** The headline in two parts: what the list has, and how many of its orders are late. */
export interface Headline {
  orders: string;
  late: string | null;
  isLate: boolean;
}

/** `late` is null if the filter excludes late orders, or is about them. */
export function headline(
  summary: OrdersSummary,
  late: OrdersSummary | null,
  filter: OrdersFilter,
  isFiltered: boolean,
): Headline {
  const { total } = summary;
  if (total === 0) {
    return { orders: isFiltered ? 'No order matches.' : 'No orders yet.', late: null, isLate: false };
  }
  const orders = capitalized(`${atLeast(summary)} ${ordersInWords(filter, total)}`);
  if (isAboutLateness(filter)) return { orders: `${orders}.`, late: null, isLate: false };
  if (late === null || late.total === 0)
    return { orders: `${orders},`, late: total === 1 ? 'not late.' : 'none late.', isLate: false };
  if (total === 1) return { orders: `${orders},`, late: 'late.', isLate: true };
  const isAll = !summary.totalIsLowerBound && late.total === total;
  return { orders: `${orders},`, late: isAll ? 'all late.' : `${atLeast(late)} late.`, isLate: true };
}

/** What the filter selects: `issues of 9–15 Mar 2018`, `overdue orders at the end of 15 Mar 2018`. */
function ordersInWords(filter: OrdersFilter, total: number): string {
  const { asOf, onTime, shippedOnTime } = filter;
  const [adjective, isEnded] = adjectiveOf(filter);
  const one = adjective === 'issue' ? adjective : `${adjective} order`.trim();
  const noun = total === 1 ? one : `${one}s`;
  const periods = dateKinds.flatMap((kind) => {
    const [from, to] = periodOf(filter, kind);
    if (from === undefined && to === undefined) return [];
    const days = periodInWords(from, to);
    const isOf = kind === 'completed' && isEnded && from !== undefined && to !== undefined;
    return `${isOf ? 'of' : happened[kind]} ${days}`;
  });
  const parts = [
    ...periods,
    ...(onTime === undefined ? [] : [onTime === 'true' ? 'on time' : 'not on time']),
    ...(shippedOnTime === undefined ? [] : [`${shippedOnTime === 'true' ? '' : 'not '}handed over in time`]),
  ];
  const moment =
    asOf === undefined
      ? ''
      : asOf.includes('T')
        ? ` as of ${instantInWords(asOf)}`
        : ` at the end of ${instantInWords(asOf)}`;
  return `${noun}${parts.length === 0 ? '' : ` ${parts.join(' and ')}`}${moment}`;
}

/** What happened to the orders in a period. */
const happened: Record<DateKind, string> = {
  date: 'placed',
  due: 'due',
  completed: 'completed',
  shipDue: 'to hand over',
  handedOver: 'handed over',
  returned: 'returned',
  refunded: 'refunded',
};

const issues = issueStatuses.join();
const adjectives: Record<string, [adjective: string, isEnded: boolean]> = {
  [activeStatuses.join()]: ['open', false],
  [issues]: ['issue', true],
  [`ARRIVED,${issues}`]: ['completed', true],
  ARRIVED: ['arrived', true],
  LOST: ['lost', true],
  DAMAGED: ['damaged', true],
  UNDELIVERABLE: ['undeliverable', true],
  CANCELLED: ['cancelled', true],
};

function adjectiveOf(filter: OrdersFilter): [adjective: string, isEnded: boolean] {
  if (filter.unshipped === 'true') return ['unshipped', false];
  if (filter.stalled === 'true') return ['stalled', false];
  if (isOverdue(filter)) return ['overdue', false];
  return adjectives[filter.outcome ?? filter.status ?? ''] ?? ['', false];
}

/** `1,247`, or `at least 10,000` for a lower bound. */
export function atLeast({ total, totalIsLowerBound }: OrdersSummary): string {
  return totalIsLowerBound ? `at least ${count(total)}` : count(total);
}

/** `1 order`, `at least 10,000 orders`. */
export function ordersCounted(summary: OrdersSummary): string {
  const { total, totalIsLowerBound } = summary;
  return totalIsLowerBound ? `${atLeast(summary)} orders` : pluralize(total, 'order');
}
