/** What the address of the recent updates says. */
export interface RecentSearch {
  /** Statuses, joined by commas. */
  status?: string;
  vendorId?: string;
  /** Updated within so many hours. */
  hours?: string;
}
