/** Numbers as text. The API sends them unrounded; only this module rounds them. */
import { memoize } from './memoize';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en', {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: 'negative',
});
const hundredths = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const list = new Intl.ListFormat('en');
const exactIn = memoize((currency) => new Intl.NumberFormat('en', { style: 'currency', currency }));
const wholeIn = memoize(
  (currency) => new Intl.NumberFormat('en', { style: 'currency', currency, maximumFractionDigits: 0 }),
);
/** Minor units per unit of the currency. */
export const unitOf = memoize((currency) => 10 ** (exactIn(currency).resolvedOptions().maximumFractionDigits ?? 2));

/** 1247 → `1,247` */
export function count(value: number): string {
  return whole.format(value);
}

/** 94.2 → `94.2` */
export function decimal(value: number): string {
  return tenths.format(value);
}

/**
 * The digits of a percentage without the sign: 94.24 → `94.2`. Only exact 0 and 100 are shown as such: one failure in ten
 * thousand orders is not "100.0". 99.95 → `99.9`, 99.96 → `>99.9`, 0.05 → `0.1`, 0.04 → `<0.1`
 */
export function rate(value: number): string {
  // A rate is a quotient, so it has a floating-point error.
  const exact = Number(value.toFixed(9));
  if (exact > 0 && exact < 0.05) return '<0.1';
  if (exact > 99.95 && exact < 100) return '>99.9';
  if (exact === 99.95) return '99.9';
  // The lines by which rates are judged are multiples of five: 84.985 is below 85, and is not shown as 85.0.
  const line = Math.round(exact * 10) / 10;
  return line % 5 === 0 && exact < line ? hundredths.format(Math.floor(exact * 100) / 100) : tenths.format(exact);
}

/** 94.24 → `94.2 %` */
export function percent(value: number): string {
  return `${rate(value)}\u00a0%`;
}

/** A probability from 0 to 1, which is never certain: 0.924 → `92.4 %`, 1 − 10⁻¹² → `>99.9 %`, 10⁻¹² → `<0.1 %` */
export function likelihood(probability: number): string {
  return percent(Math.min(99.99, Math.max(0.01, 100 * probability)));
}

/** A share as a percentage of two counts; 0 of 0 is 0 %, like an empty bar. */
export function share(part: number, total: number): string {
  return percent(total === 0 ? 0 : (100 * part) / total);
}

/** Hours as days: 60 → `2.5 days` */
export function days(hours: number): string {
  return `${tenths.format(hours / 24)}\u00a0days`;
}

/** Minor units of a currency: (14250, `USD`) → `$142.50` */
export function money(minorUnits: number, currency: string): string {
  return exactIn(currency).format(minorUnits / unitOf(currency));
}

/** A sum without decimals, unless they are all it has: (214050, `USD`) → `$2,141`, (40, `USD`) → `$0.40` */
export function moneyRounded(minorUnits: number, currency: string): string {
  const value = minorUnits / unitOf(currency);
  const isSmall = value !== 0 && Math.abs(value) < 0.5;
  return (isSmall ? exactIn : wholeIn)(currency).format(value);
}

/** Sums of several currencies, without decimals: `$2,141 and €40`; of none: `` */
export function sums(amounts: { currency: string; amount: number }[]): string {
  return list.format(amounts.map(({ currency, amount }) => moneyRounded(amount, currency)));
}

/** A count with its noun, singular or plural: (1, `vendor`) → `1 vendor`; (1600, `vendor`) → `1,600 vendors` */
export function pluralize(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
