import { get } from '../../api/client';
import { optional } from '../../api/optional';
import type { RecentOrder, RecentOrders } from '../../api/types';
import type { RecentSearch } from './search';

export interface RecentData {
  /** The newest first. */
  orders: RecentOrder[];
  /** What their vendors are called, by id. */
  vendorNames: RecentOrders['vendorNames'];
  /** Where the next page begins. */
  nextCursor: string | null;
  /** How many pages `orders` are. */
  pages: number;
  /** The last hour, as the whole filter leaves it. */
  activity: RecentOrders['activity'];
  /** The last hour in all statuses. */
  allStatuses: RecentOrders['activity'];
  /** What the vendor of the filter is called. */
  vendorName: string | null;
  /** When this was read, in milliseconds of the reader's clock. */
  readAt: number;
}

/** A page of the feed. A phone shows fewer at once. */
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

/** Each page begins where the one before it ends. */
async function readPages(search: RecentSearch, pages: number, signal: AbortSignal) {
  const { activity, ...first } = await readFeed(search, undefined, signal);
  let feed: Page = first;
  let read = 1;
  while (read < pages && feed.nextCursor !== null) {
    feed = appendPage(feed, await readFeed(search, feed.nextCursor, signal));
    read += 1;
  }
  const { orders, vendorNames, nextCursor } = feed;
  return { orders, vendorNames, nextCursor, pages: read, activity };
}

type Page = Pick<RecentOrders, 'orders' | 'vendorNames' | 'nextCursor'>;

/** A page of the feed, after those that are there. */
export function appendPage(shown: Omit<Page, 'nextCursor'>, { orders, vendorNames, nextCursor }: Page): Page {
  return {
    orders: [...shown.orders, ...orders],
    vendorNames: { ...shown.vendorNames, ...vendorNames },
    nextCursor,
  };
}
