/** What changed about a vendor or the fleet, in the words of docs/INSIGHT.md: since when, how many, how sure. */
import type { Change, Episode } from '../api/types';
import { count, likelihood } from './numbers';
import { weekday } from './times';

/** `since about Tue 3 Mar`: when a change began is an estimate. */
export function sinceAbout({ since }: Episode, timeZone: string): string {
  return `since about ${weekday(since, timeZone)}`;
}

/** `31 of 96 orders due were missed, where 12 were to be expected` */
export function missesInWords({ evidence }: Episode): string {
  if (evidence === null) return '';
  const { signal, due, missed, expected } = evidence;
  const of = `${count(missed)} of ${count(due)} ${signal === 'rush' ? 'rush orders' : 'orders'} `;
  const what = signal === 'grace' ? 'were not there two days after their promise' : 'due were missed';
  return `${of}${what}, where ${count(Math.round(expected))} were to be expected`;
}

/** `97.1 % sure`; nothing is surer than 99.9 %. */
export function howSure({ probability }: Episode): string {
  return `${likelihood(Math.min(0.999, probability ?? 0))} sure`;
}

/** So few vendors are named instead of all of them. */
const FEW = 3;

/**
 * The change of all vendors together; undefined without one, and if it is the work of a few: if more than half of what is missed more each
 * week is that of `FEW` vendors with a change of their own.
 */
export function changeOfMany(changes: Change[]): Change | undefined {
  const ofAll = changes.find(({ vendorId }) => vendorId === null);
  const worst = changes.flatMap(({ vendorId, excessPerWeek }) => (vendorId === null ? [] : (excessPerWeek ?? 0)));
  const ofFew = worst
    .sort((one, other) => other - one)
    .slice(0, FEW)
    .reduce((sum, excess) => sum + excess, 0);
  return ofFew > (ofAll?.excessPerWeek ?? 0) / 2 ? undefined : ofAll;
}
