import { activeStatuses } from '../../format/labels';

/** What the address of a vendor's page says. */
export interface VendorSearch {
  date?: string;
  /** How many days the chart shows, where it is not 30. */
  days?: '90';
}

/** The orders of a vendor that go on past their promise, as `/orders` and `/api/orders` ask for them: the oldest first. */
export function overdueSearch(vendorId: string) {
  return { vendorId, delayed: 'true', status: activeStatuses.join(','), order: 'asc' };
}
