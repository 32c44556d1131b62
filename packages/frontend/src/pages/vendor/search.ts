/** The search parameters of a vendor's page. */
export interface VendorSearch {
  date?: string;
  /** The number of days in the chart; 30 if undefined. */
  days?: '90';
}
