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

/** Without a word about it, the server sorts by reliability, lowest first. */
export const sortOf = (search: { sortBy?: string; order?: string }) => ({
  sortBy: search.sortBy ?? 'reliabilityScore',
  order: search.order === 'desc' ? ('desc' as const) : ('asc' as const),
});
