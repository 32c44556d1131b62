/** Durations as text, truncated and never rounded up: no order is shown as two days late before it is. */

import { count, pluralize } from './numbers';

const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const units = [
  { length: DAY, short: 'd', one: 'day' },
  { length: HOUR, short: 'h', one: 'hour' },
  { length: MINUTE, short: 'min', one: 'minute' },
] as const;

/** The largest unit that is not zero, and up to `maxUnits` units in a row from it: 66 hours → 2 days, 18 hours. */
function split(milliseconds: number, maxUnits: number) {
  let rest = Math.max(0, milliseconds);
  const all = units.map((unit) => {
    const value = Math.floor(rest / unit.length);
    rest -= value * unit.length;
    return { ...unit, value };
  });
  const first = all.findIndex(({ value }) => value > 0);
  return first < 0 ? [] : all.slice(first, first + maxUnits).filter(({ value }) => value > 0);
}

/** `2 d 18 h`, in at most `maxUnits` units. */
export function short(milliseconds: number, maxUnits = 2): string {
  const parts = split(milliseconds, maxUnits);
  // The number and its unit stay on one line.
  return parts.length === 0
    ? 'under 1\u00a0min'
    : parts.map((part) => `${count(part.value)}\u00a0${part.short}`).join(' ');
}

/** `2 days 18 hours`, in at most `maxUnits` units. */
export function long(milliseconds: number, maxUnits = 2): string {
  const parts = split(milliseconds, maxUnits);
  if (parts.length === 0) return 'less than a minute';
  return parts.map(({ value, one }) => pluralize(value, one)).join(' ');
}
