import type { ReportSearch } from '../../routes/reportSearch';

/** The search parameters of the vendors. */
export interface VendorsSearch extends ReportSearch {
  sortBy?: string;
  order?: string;
  q?: string;
  /** Risk levels, separated by commas. */
  risk?: string;
  cursor?: string;
  /** The page number of the cursor, from 1; for display only. */
  page?: string;
}

/** The search with another sort or filter: it starts at the first page. */
export function firstPageSearch(search: VendorsSearch, changes: VendorsSearch): VendorsSearch {
  return { ...search, ...changes, cursor: undefined, page: undefined };
}
