import { activeStatuses, issueStatuses, statusLabel } from '../../format/labels';
import { money, pluralize } from '../../format/numbers';
import { daysInWords, minute, shortDay } from '../../format/times';
import { statusesIn } from '../../ui/StatusFilter';
import { type DateKind, dateKinds, type OrdersFilter, period, periodOf } from './search';

/** The label of a filter, and the search without it. */
export interface ActiveFilter {
  label: string;
  rest: OrdersFilter;
}

/** What happened on the days of a filter. */
export const dateLabel: Record<DateKind, string> = {
  date: 'Placed',
  due: 'Due',
  completed: 'Completed',
  shipDue: 'Ship by',
  handedOver: 'Handed over',
  returned: 'Returned',
  refunded: 'Refunded',
};

const issues = issueStatuses.join();

/** Statuses that have a name together, and their filter. */
const groupLabel: Record<string, string> = {
  [activeStatuses.join()]: 'Open',
  [issues]: 'Issues',
  [`ARRIVED,${issues}`]: 'Arrived or issues',
};

/** The filters with two values: the label of `true`, and that of `false`. */
const switchLabels = {
  delayed: ['Late', 'Not late'],
  onTime: ['On time', 'Not on time'],
  shippedOnTime: ['Handed over in time', 'Not handed over in time'],
  unshipped: ['Unshipped', 'Not unshipped'],
  stalled: ['Stalled', 'Not stalled'],
  isRush: ['Rush', 'Not rush'],
} as const satisfies { [Name in keyof OrdersFilter]?: [string, string] };

/** The filters with a value, and the label of it. */
const valueLabels: { [Name in keyof OrdersFilter]?: (value: string, currency: string) => string } = {
  dueSince: (instant) => `Due since ${minute(instant)} UTC`,
  placedSince: (instant) => `Placed since ${minute(instant)} UTC`,
  delayedByHours: (hours) => `Overdue by more than ${hoursInWords(Number(hours))}`,
  valueFrom: (value, currency) => `Worth at least ${amount(value, currency)}`,
  valueTo: (value, currency) => `Worth at most ${amount(value, currency)}`,
  giftType: (gift) => `Gift: ${gift}`,
  carrier: (carrier) => `Carrier: ${carrier}`,
  region: (region) => `Region: ${region}`,
  promiseDays: (days) => `Promised in ${pluralize(Number(days), 'day')}`,
  asOf: (instant) => `As of ${instantInWords(instant)}`,
};

/**
 * The active filters: one for each status, period and other parameter. `vendor` is the name of the vendor in the filter, and
 * `currency` that of its values.
 */
export function activeFilters(search: OrdersFilter, vendor: string | undefined, currency: string): ActiveFilter[] {
  const filters: ActiveFilter[] = [];
  if (search.q !== undefined) filters.push({ label: `Number: ${search.q}`, rest: { q: undefined } });
  if (vendor !== undefined) filters.push({ label: vendor, rest: { vendorId: undefined } });
  for (const name of ['status', 'outcome'] as const) filters.push(...statusFilters(search, name));
  for (const kind of dateKinds) {
    const [from, to] = periodOf(search, kind);
    if (from === undefined && to === undefined) continue;
    filters.push({
      label: `${dateLabel[kind]} ${periodInWords(from, to)}`,
      rest: period(kind, undefined, undefined),
    });
  }
  for (const [name, [yes, no]] of entries(switchLabels)) {
    const value = search[name];
    if (value !== undefined) filters.push({ label: value === 'true' ? yes : no, rest: { [name]: undefined } });
  }
  for (const [name, label] of entries(valueLabels)) {
    const value = search[name];
    if (value !== undefined && label) filters.push({ label: label(value, currency), rest: { [name]: undefined } });
  }
  return filters;
}

function statusFilters(search: OrdersFilter, name: 'status' | 'outcome'): ActiveFilter[] {
  const statuses = statusesIn(search[name]);
  const group = groupLabel[statuses.join()];
  if (group !== undefined) return [{ label: group, rest: { [name]: undefined } }];
  return statuses.map((one) => {
    const rest = statuses.filter((other) => other !== one).join();
    return { label: statusLabel[one], rest: { [name]: rest === '' ? undefined : rest } };
  });
}

/** `9–15 Mar 2018`, `from 9 Mar 2018`, `until 15 Mar 2018`. */
export function periodInWords(from: string | undefined, to: string | undefined): string {
  if (from === undefined) return `until ${shortDay(to ?? '')}`;
  return to === undefined ? `from ${shortDay(from)}` : daysInWords(from, to);
}

/** `2 days`, `36 hours`. */
function hoursInWords(hours: number): string {
  return hours % 24 === 0 ? pluralize(hours / 24, 'day') : pluralize(hours, 'hour');
}

/** Without decimals that are zero: `$100`, `$99.50`. */
function amount(value: string, currency: string): string {
  return money(Number(value), currency).replace(/\.0+$/, '');
}

/** A day, or an instant: `15 Mar 2018`, `15 Mar 2018, 14:30`. */
export function instantInWords(instant: string): string {
  return instant.includes('T') ? `${minute(instant)} UTC` : shortDay(instant);
}

function entries<Value extends object>(value: Value): [keyof Value, Value[keyof Value]][] {
  return Object.entries(value) as [keyof Value, Value[keyof Value]][];
}
