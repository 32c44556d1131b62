/** The numbers of a vendor as parts of a sentence. They state counts only: no causes. */
import type { Money, RiskReason, VendorRow } from '../api/types';
import { count, sums } from './numbers';

/** The counts of both rates. A row of the vendor table and a window of a report have them. */
export type RateCounts = Pick<VendorRow, 'completedOrders' | 'issueCount' | 'dueOrders' | 'onTimeDeliveries'>;

/** Both rates in a span of days, that of the reason first: `0 of 69 due orders arrived on time`, `nothing completed in 7 days`. */
export function ratesInWords(counts: RateCounts, reason: RiskReason | null, span = '7 days'): string[] {
  const parts = [reliabilityInWords(counts, span), onTimeInWords(counts, span)];
  return reason === 'onTime' ? parts.reverse() : parts;
}

/** Only the rates that the reason names; the reliability if it names none. */
export function reasonInWords(counts: RateCounts, reason: RiskReason | null, span = '7 days'): string[] {
  const parts = ratesInWords(counts, reason, span);
  return reason === 'both' ? parts : parts.slice(0, 1);
}

function reliabilityInWords({ completedOrders: of, issueCount }: RateCounts, span: string): string {
  if (of === 0) return `nothing completed in ${span}`;
  if (of === 1) return `the only completed order ${issueCount === 0 ? 'arrived' : 'failed'}`;
  return `${count(of - issueCount)} of ${count(of)} completed orders arrived`;
}

function onTimeInWords({ dueOrders: of, onTimeDeliveries }: RateCounts, span: string): string {
  if (of === 0) return `nothing was due in ${span}`;
  if (of === 1) return `the only due order ${onTimeDeliveries === 1 ? 'arrived on time' : 'missed its promise'}`;
  return `${count(onTimeDeliveries)} of ${count(of)} due orders arrived on time`;
}

/** The orders that are stuck. One order can be both overdue and unshipped or stalled, so the counts have no sum. */
export interface Stuck {
  overdue: number;
  unshipped: number;
  stalled: number;
  /** The value of the overdue gifts; null if it is not known, as on a past date. */
  value: Money[] | null;
}

/** The kinds of stuck orders, each with its count in a report. */
export const stuckKinds = [
  { kind: 'overdue', count: 'delayedOrders', what: 'overdue' },
  { kind: 'unshipped', count: 'unshippedOrders', what: 'not shipped in time' },
  { kind: 'stalled', count: 'stalledOrders', what: 'stalled' },
] as const;

/** The value of the overdue gifts after their count: ` ($3,315)`; `` if it is not known. */
export function worth({ value }: Stuck): string {
  return value === null || value.length === 0 ? '' : ` (${sums(value)})`;
}

/** The parts as one sentence without its end: (`nothing completed`, `1 of 2 is late`) → `Nothing completed; 1 of 2 is late` */
export function sentence(parts: string[]): string {
  return capitalized(parts.join('; '));
}

/** With a capital first letter. */
export function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
