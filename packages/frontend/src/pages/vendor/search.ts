import { activeStatuses } from '../../format/labels';

/** The search parameters of a vendor's page. */
export interface VendorSearch {
  date?: string;
  /** The number of days in the chart; 30 if undefined. */
  days?: '90';
}

/** The open orders of a vendor past their promise, for `/orders` and `/api/orders`: the oldest first. */
export function overdueSearch(vendorId: string) {
  return { vendorId, delayed: 'true', status: activeStatuses.join(','), order: 'asc' };
}
