import { statusLabel } from '../../format/labels';
import { shortDay } from '../../format/times';
import { statusesIn } from '../../ui/StatusFilter';
import type { OrdersFilter } from './search';

/** One filter in words, and the address without it. */
export interface Dropped {
  words: string;
  without: OrdersFilter;
}

/** Every filter that is on; each status by itself. `vendor` is what that of the filter is called. */
export function filtersOn(search: OrdersFilter, vendor: string | undefined): Dropped[] {
  const { status, dateFrom, dateTo, delayed, giftType } = search;
  const on: Dropped[] = [];
  if (vendor !== undefined) on.push({ words: vendor, without: { vendorId: undefined } });
  const statuses = statusesIn(status);
  for (const one of statuses) {
    const rest = statuses.filter((other) => other !== one).join(',');
    on.push({ words: statusLabel[one], without: { status: rest === '' ? undefined : rest } });
  }
  if (dateFrom !== undefined) on.push({ words: `Placed from ${shortDay(dateFrom)}`, without: { dateFrom: undefined } });
  if (dateTo !== undefined) on.push({ words: `Placed until ${shortDay(dateTo)}`, without: { dateTo: undefined } });
  if (delayed !== undefined) {
    on.push({ words: delayed === 'true' ? 'Late' : 'Not late', without: { delayed: undefined } });
  }
  if (giftType !== undefined) on.push({ words: `Gift: ${giftType}`, without: { giftType: undefined } });
  return on;
}
