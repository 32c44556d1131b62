import type { VendorRow } from '../../api/types';

/** A column that the server sorts by. */
export interface Column {
  /** As the API calls it. */
  sortBy: keyof VendorRow;
  label: string;
  /** What the first press shows: the end of the list where trouble is. */
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

/** Those at risk, the worst of them first; vendors with too few orders to tell come last. */
export const worstFirst = { sortBy: 'riskLevel', order: 'desc' } as const;

/** How the table is sorted: worst first, unless the address says otherwise. */
export function sortOf({ sortBy, order }: { sortBy?: string; order?: string }): {
  sortBy: string;
  order: 'asc' | 'desc';
} {
  if (sortBy === undefined && order === undefined) return worstFirst;
  return { sortBy: sortBy ?? worstFirst.sortBy, order: order === 'desc' ? 'desc' : 'asc' };
}
