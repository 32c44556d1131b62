import type { ReportSearch } from '../../routes/reportSearch';

/** The search parameters of a vendor's page. */
export interface VendorSearch extends ReportSearch {
  /** The number of days in the chart; 30 if undefined. */
  days?: '90';
}
