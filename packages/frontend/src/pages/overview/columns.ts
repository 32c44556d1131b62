import type { VendorRow } from '../../api/types';

/** A column that the server sorts by. */
export interface Column {
  /** The name of the field in the API. */
  sortBy: keyof VendorRow;
  label: string;
  /** The order after the first click: the vendors with the most problems first. */
  first: 'asc' | 'desc';
  isNumber?: boolean;
}

export const columns: Column[] = [
  { sortBy: 'name', label: 'Vendor', first: 'asc' },
  { sortBy: 'reliabilityScore', label: 'Reliability', first: 'asc', isNumber: true },
  { sortBy: 'onTimePercentage', label: 'On time', first: 'asc', isNumber: true },
  { sortBy: 'totalOrders', label: 'Orders', first: 'desc', isNumber: true },
  { sortBy: 'issueCount', label: 'Issues', first: 'desc', isNumber: true },
  { sortBy: 'activeOrders', label: 'Active', first: 'desc', isNumber: true },
  { sortBy: 'delayedOrders', label: 'Delayed', first: 'desc', isNumber: true },
  { sortBy: 'trendPercentage', label: 'Trend', first: 'asc', isNumber: true },
  { sortBy: 'riskLevel', label: 'Risk', first: 'desc' },
];

/** Vendors at risk, the worst first; vendors with too few orders to judge come last. */
export const worstFirst = { sortBy: 'riskLevel', order: 'desc' } as const;

/** The sort of the table: worst first unless the address states another one. */
export function sortOf({ sortBy, order }: { sortBy?: string; order?: string }): {
  sortBy: string;
  order: 'asc' | 'desc';
} {
  if (sortBy === undefined && order === undefined) return worstFirst;
  return { sortBy: sortBy ?? worstFirst.sortBy, order: order === 'desc' ? 'desc' : 'asc' };
}
