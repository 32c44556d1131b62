/** The filter, with the names of the API. */
export interface OrdersFilter {
  vendorId?: string;
  /** Statuses, separated by commas. */
  status?: string;
  /** Calendar days in the report time zone, as `2026-01-31`. */
  dateFrom?: string;
  dateTo?: string;
  /** `true` or `false`. */
  delayed?: string;
  giftType?: string;
  /** The start of an order's id, reference or tracking number. */
  q?: string;
}

/** The search parameters of the orders. */
export interface OrdersSearch extends OrdersFilter {
  /** `asc`: the oldest first. */
  order?: string;
  cursor?: string;
  /** The page number of the cursor, from 1; for display only. */
  page?: string;
}

export const filterNames = ['vendorId', 'status', 'dateFrom', 'dateTo', 'delayed', 'giftType', 'q'] as const;

/** The search without sort and page. */
export function filterOf(search: OrdersSearch): OrdersFilter {
  return Object.fromEntries(filterNames.map((name) => [name, search[name]]));
}

/** The search with another filter: it starts at the first page. */
export function firstPageSearch(search: OrdersSearch, changes: OrdersSearch): OrdersSearch {
  return { ...search, ...changes, cursor: undefined, page: undefined };
}
