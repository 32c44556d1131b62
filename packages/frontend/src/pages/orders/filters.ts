import { statusLabel } from '../../format/labels';
import { shortDay } from '../../format/times';
import { statusesIn } from '../../ui/StatusFilter';
import type { OrdersFilter } from './search';

/** The label of a filter, and the search without it. */
export interface ActiveFilter {
  label: string;
  rest: OrdersFilter;
}

/** The active filters; each status is one. `vendor` is the name of the vendor in the filter. */
export function activeFilters(search: OrdersFilter, vendor: string | undefined): ActiveFilter[] {
  const { status, dateFrom, dateTo, delayed, giftType, q } = search;
  const filters: ActiveFilter[] = [];
  if (q !== undefined) filters.push({ label: `Number: ${q}`, rest: { q: undefined } });
  if (vendor !== undefined) filters.push({ label: vendor, rest: { vendorId: undefined } });
  const statuses = statusesIn(status);
  for (const one of statuses) {
    const rest = statuses.filter((other) => other !== one).join(',');
    filters.push({ label: statusLabel[one], rest: { status: rest === '' ? undefined : rest } });
  }
  if (dateFrom !== undefined)
    filters.push({ label: `Placed from ${shortDay(dateFrom)}`, rest: { dateFrom: undefined } });
  if (dateTo !== undefined) filters.push({ label: `Placed until ${shortDay(dateTo)}`, rest: { dateTo: undefined } });
  if (delayed !== undefined) {
    filters.push({ label: delayed === 'true' ? 'Late' : 'Not late', rest: { delayed: undefined } });
  }
  if (giftType !== undefined) filters.push({ label: `Gift: ${giftType}`, rest: { giftType: undefined } });
  return filters;
}
