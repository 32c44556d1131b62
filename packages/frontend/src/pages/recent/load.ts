import { get } from '../../api/client';
import { optional } from '../../api/optional';
import type { RecentOrder, RecentOrders } from '../../api/types';
import type { RecentSearch } from './search';

export interface RecentData {
  /** The newest first. */
  orders: RecentOrder[];
  /** The date of today, in the report time zone. */
  date: string;
  timeZone: string;
  /** The names of their vendors, by id. */
  vendorNames: RecentOrders['vendorNames'];
  /** The cursor of the next page. */
  nextCursor: string | null;
  /** The number of pages in `orders`. */
  pages: number;
  /** The updates of the last hour that match all filters. */
  activity: RecentOrders['activity'];
  /** The updates of the last hour without the status filter. */
  allStatuses: RecentOrders['activity'];
  /** The name of the vendor in the filter. */
  vendorName: string | null;
  /** When the data was loaded, in milliseconds of the client's clock. */
  readAt: number;
}

/** Reads a page of the feed, which is shorter on a phone. */
export function readFeed(search: RecentSearch, cursor: string | undefined, signal: AbortSignal): Promise<RecentOrders> {
  const limit = window.matchMedia('(max-width: 40rem)').matches ? '20' : '50';
  return get('/api/orders/recent', { query: { ...search, cursor, limit } }, signal);
}

export async function loadRecent(search: RecentSearch, pages: number, signal: AbortSignal): Promise<RecentData> {
  const { status, vendorId } = search;
  const [feed, anyStatus, vendor] = await Promise.all([
    readPages(search, pages, signal),
    status === undefined
      ? null
      : get('/api/orders/recent', { query: { ...search, status: undefined, limit: '1' } }, signal),
    vendorId === undefined ? null : optional(get('/vendors/{id}/report', { path: { id: vendorId } }, signal)),
  ]);
  return {
    ...feed,
    allStatuses: anyStatus?.activity ?? feed.activity,
    vendorName: vendor?.vendor.name ?? null,
    readAt: Date.now(),
  };
}

/** Reads pages one after another: each starts at the cursor of the previous one. */
async function readPages(search: RecentSearch, pages: number, signal: AbortSignal) {
  const { activity, date, timeZone, ...first } = await readFeed(search, undefined, signal);
  let feed: Page = first;
  let pagesRead = 1;
  while (pagesRead < pages && feed.nextCursor !== null) {
    feed = appendPage(feed, await readFeed(search, feed.nextCursor, signal));
    pagesRead += 1;
  }
  const { orders, vendorNames, nextCursor } = feed;
  return { orders, vendorNames, nextCursor, pages: pagesRead, activity, date, timeZone };
}

type Page = Pick<RecentOrders, 'orders' | 'vendorNames' | 'nextCursor'>;

/** Appends a page to the shown part of the feed. */
export function appendPage(shown: Omit<Page, 'nextCursor'>, { orders, vendorNames, nextCursor }: Page): Page {
  return {
    orders: [...shown.orders, ...orders],
    vendorNames: { ...shown.vendorNames, ...vendorNames },
    nextCursor,
  };
}
