/** What the address of the orders says. The filter has the names of the API's. */
export interface OrdersSearch extends OrdersFilter {
  /** `asc`: the first placed first. */
  order?: string;
  cursor?: string;
  /** Which page the cursor leads to, from 1; only to be told. */
  page?: string;
}

export interface OrdersFilter {
  vendorId?: string;
  /** Statuses, joined by commas. */
  status?: string;
  /** Calendar days, as `2026-01-31`. */
  dateFrom?: string;
  dateTo?: string;
  /** `true` or `false`. */
  delayed?: string;
  giftType?: string;
}

export const filterNames = ['vendorId', 'status', 'dateFrom', 'dateTo', 'delayed', 'giftType'] as const;
