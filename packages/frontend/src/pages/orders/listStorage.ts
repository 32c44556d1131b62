/** Lists of orders that are used again: some for everybody, and those that a user saved in this browser. */
import { activeStatuses } from '../../format/labels';
import { parseSearch, stringifySearch } from '../../routes/search';
import { type OrdersSearch, ordersSearch } from './search';

export interface SavedList {
  name: string;
  search: OrdersSearch;
}

const KEY = 'goody-lists';
/** The most lists that are kept. */
const MOST = 20;

const status = activeStatuses.join();

/** What is chased every morning. */
export const commonLists: SavedList[] = [
  { name: 'Overdue', search: { status, delayed: 'true', sort: 'promise' } },
  { name: 'Overdue for more than 2 days', search: { status, delayedByHours: '48' } },
  { name: 'Not shipped in time', search: { status, unshipped: 'true' } },
  { name: 'Stalled', search: { status, stalled: 'true' } },
];

/** The lists that were saved. What this browser has is never trusted to be ours. */
export function readLists(storage: Pick<Storage, 'getItem'> = localStorage): SavedList[] {
  try {
    const lists: unknown = JSON.parse(storage.getItem(KEY) ?? '[]');
    if (!Array.isArray(lists)) return [];
    return lists.flatMap((list: unknown) => {
      const { name, address } = (list ?? {}) as Record<string, unknown>;
      if (typeof name !== 'string' || typeof address !== 'string') return [];
      return { name, search: ordersSearch(parseSearch(address)) };
    });
  } catch {
    return [];
  }
}

/** Keeps these lists, the latest first. Returns false if the browser permits none. */
export function keepLists(lists: SavedList[], storage: Pick<Storage, 'setItem'> = localStorage): boolean {
  const kept = lists.slice(0, MOST).map(({ name, search }) => ({ name, address: stringifySearch({ ...search }) }));
  try {
    storage.setItem(KEY, JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

/** The search of a list on any date, without the page. */
export function listOf({ cursor: _, page: __, asOf: ___, ...search }: OrdersSearch): OrdersSearch {
  return search;
}

export function isSame(one: OrdersSearch, other: OrdersSearch): boolean {
  const text = (search: OrdersSearch) => stringifySearch(Object.fromEntries(Object.entries(listOf(search)).sort()));
  return text(one) === text(other);
}
