import type { VendorSortBy } from '../../api/types';

/** A number that the server sorts by. */
export interface SortOption {
  /** The name in the API. */
  sortBy: VendorSortBy;
  label: string;
  /** The order after the first click: the vendors with the most problems first. */
  first: 'asc' | 'desc';
}

export interface Column extends SortOption {
  isNumber?: boolean;
}

export const columns: Column[] = [
  { sortBy: 'name', label: 'Vendor', first: 'asc' },
  { sortBy: 'reliabilityScore', label: 'Reliability', first: 'asc', isNumber: true },
  { sortBy: 'onTimePercentage', label: 'On time', first: 'asc', isNumber: true },
  { sortBy: 'delayedOrders', label: 'Overdue', first: 'desc', isNumber: true },
  { sortBy: 'unshippedOrders', label: 'Unshipped', first: 'desc', isNumber: true },
  { sortBy: 'stalledOrders', label: 'Stalled', first: 'desc', isNumber: true },
  { sortBy: 'totalOrders', label: 'Orders', first: 'desc', isNumber: true },
  { sortBy: 'issueCount', label: 'Issues', first: 'desc', isNumber: true },
  { sortBy: 'trendPercentage', label: 'Trend', first: 'asc', isNumber: true },
  { sortBy: 'riskLevel', label: 'Risk', first: 'desc' },
];

/** The columns, and what else the table can be sorted by. */
export const sortOptions: SortOption[] = [
  ...columns,
  { sortBy: 'activeOrders', label: 'Open orders', first: 'desc' },
  { sortBy: 'completedOrders', label: 'Completed orders', first: 'desc' },
];

/** The server's own order: high risk, medium risk, then the most overdue. The first vendor is the one to call. */
export const byAttention = { sortBy: 'attention', order: 'asc' } as const;

/** The sort of the table: by attention unless the address states another one. */
export function sortOf({ sortBy, order }: { sortBy?: string; order?: string }): {
  sortBy: string;
  order: 'asc' | 'desc';
} {
  return { sortBy: sortBy ?? byAttention.sortBy, order: order === 'desc' ? 'desc' : 'asc' };
}
