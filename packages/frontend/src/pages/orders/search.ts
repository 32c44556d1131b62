/** Which orders, by the names of the API. */
export interface OrdersFilter {
  vendorId?: string;
  /** Statuses, joined by commas. */
  status?: string;
  /** Calendar days in the report time zone, as `2026-01-31`. */
  dateFrom?: string;
  dateTo?: string;
  /** `true` or `false`. */
  delayed?: string;
  giftType?: string;
}

/** What the address of the orders says. */
export interface OrdersSearch extends OrdersFilter {
  /** `asc`: the first placed first. */
  order?: string;
  cursor?: string;
  /** Which page the cursor leads to, from 1; only to be told. */
  page?: string;
}

export const filterNames = ['vendorId', 'status', 'dateFrom', 'dateTo', 'delayed', 'giftType'] as const;

/** The filter alone. */
export function filterOf(search: OrdersSearch): OrdersFilter {
  return Object.fromEntries(filterNames.map((name) => [name, search[name]]));
}

/** Another filter begins at the first page. */
export function firstPageSearch(search: OrdersSearch, changes: OrdersSearch): OrdersSearch {
  return { ...search, ...changes, cursor: undefined, page: undefined };
}
