/** Numbers as people read them. The API sends them unrounded; here, and only here, they are rounded. */
import { once } from './once';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const exactIn = once((currency) => new Intl.NumberFormat('en', { style: 'currency', currency }));
const wholeIn = once(
  (currency) => new Intl.NumberFormat('en', { style: 'currency', currency, maximumFractionDigits: 0 }),
);
/** How many minor units are one of the currency. */
const unitOf = once((currency) => 10 ** (exactIn(currency).resolvedOptions().maximumFractionDigits ?? 2));

/** 1247 → `1,247` */
export function count(value: number): string {
  return whole.format(value);
}

/** 94.2 → `94.2` */
export function decimal(value: number): string {
  return tenths.format(value);
}

/** 94.24 → `94.2 %` */
export function percent(value: number): string {
  return `${tenths.format(value)}\u00a0%`;
}

/** A part of a whole, both counts; 0 of 0 is 0 %, as an empty bar is empty. */
export function share(part: number, of: number): string {
  return percent(of === 0 ? 0 : (100 * part) / of);
}

/** Hours, told in days: 60 → `2.5 days` */
export function days(hours: number): string {
  return `${tenths.format(hours / 24)}\u00a0days`;
}

/** Minor units of a currency: (14250, `USD`) → `$142.50` */
export function money(minorUnits: number, currency: string): string {
  return exactIn(currency).format(minorUnits / unitOf(currency));
}

/** A sum, where the parts of a unit say nothing: (214050, `USD`) → `$2,141` */
export function moneyRounded(minorUnits: number, currency: string): string {
  return wholeIn(currency).format(minorUnits / unitOf(currency));
}

/** One or many: (1, `vendor`) → `1 vendor`; (1600, `vendor`) → `1,600 vendors` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
