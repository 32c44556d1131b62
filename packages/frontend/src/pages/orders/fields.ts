/** The texts of the form, and the filters that they mean: a person counts in days and in dollars, the API in hours and cents. */
import { unitOf } from '../../format/numbers';
import type { OrdersFilter } from './search';

export type FieldName = 'overdueDays' | 'worth' | 'giftType' | 'carrier' | 'region' | 'promiseDays' | 'asOf';
export type Fields = Record<FieldName, string>;

export function fieldsOf(filter: OrdersFilter, currency: string): Fields {
  const { delayedByHours, valueFrom, giftType, carrier, region, promiseDays, asOf } = filter;
  return {
    overdueDays: scaled(delayedByHours, 1 / 24),
    worth: scaled(valueFrom, 1 / unitOf(currency)),
    giftType: giftType ?? '',
    carrier: carrier ?? '',
    region: region ?? '',
    promiseDays: promiseDays ?? '',
    asOf: asOf ?? '',
  };
}

export function filterOfFields(fields: Fields, currency: string): OrdersFilter {
  const text = (name: FieldName) => fields[name].trim() || undefined;
  return {
    delayedByHours: scaled(text('overdueDays'), 24) || undefined,
    valueFrom: scaled(text('worth'), unitOf(currency)) || undefined,
    giftType: text('giftType'),
    carrier: text('carrier'),
    region: text('region'),
    promiseDays: text('promiseDays'),
    asOf: text('asOf'),
  };
}

/** A number in another unit; text that is no number stays, for the server to name. */
function scaled(text: string | undefined, factor: number): string {
  const value = Number(text);
  if (text === undefined || Number.isNaN(value)) return text ?? '';
  return String(factor < 1 ? Math.round(value * factor * 100) / 100 : Math.round(value * factor));
}
