/** What the address of the overview says. */
export interface OverviewSearch {
  date?: string;
  sortBy?: string;
  order?: string;
  q?: string;
  /** Risk levels, joined by commas. */
  risk?: string;
  cursor?: string;
  /** Which page the cursor leads to, from 1; only to be told. */
  page?: string;
}

/** Another sort or filter begins at the first page. */
export function firstPageSearch(search: OverviewSearch, changes: OverviewSearch): OverviewSearch {
  return { ...search, ...changes, cursor: undefined, page: undefined };
}
