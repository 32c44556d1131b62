/** A change from the week before: its direction, its size and a verdict. */
import { count, decimal } from './numbers';

/** The unit, and the direction that is better; `null` if neither is. */
export interface Measure {
  unit: 'points' | 'orders' | 'vendors' | 'days';
  better: 'up' | 'down' | null;
}

export interface Change {
  direction: 'up' | 'down' | 'same';
  /** The size with its sign, for a column of changes: `+2.1`, `−156`, `0.0`. */
  signed: string;
  /** The size in a sentence: `2.1 points`, `156 more`. */
  size: string;
  verdict: 'better' | 'worse' | null;
}

/** Null if `delta` is null, which means that one of the two weeks has no value. For `days`, `delta` is in hours. */
export function change(delta: number | null, { unit, better }: Measure): Change | null {
  if (delta === null) return null;
  const value = unit === 'days' ? delta / 24 : delta;
  const isCount = unit === 'orders' || unit === 'vendors';
  const digits = isCount ? count(Math.abs(value)) : decimal(Math.abs(value));
  // A change that rounds to zero is none: an arrow next to "0.0" would be misleading.
  if (!/[1-9]/.test(digits)) return { direction: 'same', signed: digits, size: 'no change', verdict: null };
  const direction = value > 0 ? 'up' : 'down';
  return {
    direction,
    signed: (direction === 'up' ? '+' : '\u2212') + digits,
    size: isCount ? `${digits} ${direction === 'up' ? 'more' : 'fewer'}` : `${digits}\u00a0${unit}`,
    verdict: better === null ? null : direction === better ? 'better' : 'worse',
  };
}
