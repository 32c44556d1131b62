/** The search parameters of the recent updates. */
export interface RecentSearch {
  /** Statuses, separated by commas. */
  status?: string;
  vendorId?: string;
  /** The age of the updates in hours, at most. */
  hours?: string;
}
