/** The search after a change. The server refuses filters that contradict each other; here the later choice wins. */
import { activeStatuses } from '../../format/labels';
import { isSortedByPeriod, type OrdersSearch, period, periodOf } from './search';

type Name = keyof OrdersSearch;

/** The filters that only open orders can match. */
const ofOpenOrders = ['delayedByHours', 'unshipped', 'stalled', 'valueFrom', 'valueTo'] as const satisfies Name[];
const ofEndedOrders = ['status', 'outcome', 'completedFrom', 'completedTo'] as const satisfies Name[];

/** The search with another filter or sort: it starts at the first page. */
export function firstPageSearch(search: OrdersSearch, changes: OrdersSearch): OrdersSearch {
  const isChosen = (name: Name) => changes[name] !== undefined && changes[name] !== search[name];
  const next: OrdersSearch = { ...search, ...changes, cursor: undefined, page: undefined };

  if (isSortedByPeriod(next)) next.sort = undefined;
  // The sorts of the open orders would keep the others out of the list.
  if ('status' in changes && changes.status === undefined && search.status !== undefined) next.sort = undefined;

  if (next.status !== undefined && next.outcome !== undefined) {
    next[isChosen('outcome') ? 'status' : 'outcome'] = undefined;
  }
  if (isOfOpenOrders(next) && isOfEndedOrders(next)) {
    if (ofEndedOrders.some(isChosen)) {
      for (const name of ofOpenOrders) next[name] = undefined;
      next.sort = undefined;
    } else {
      Object.assign(
        next,
        { status: statuses(next, true), outcome: undefined },
        period('completed', undefined, undefined),
      );
    }
  }
  if (isCompleted(next) && statuses(next, true) !== undefined) {
    if (isChosen('status')) Object.assign(next, period('completed', undefined, undefined));
    else next.status = statuses(next, false);
  }
  if (next.delayed === 'false' && next.delayedByHours !== undefined) {
    next[isChosen('delayed') ? 'delayedByHours' : 'delayed'] = undefined;
  }
  return next;
}

function isOfOpenOrders(search: OrdersSearch): boolean {
  const isSortOfThem = search.sort === 'promise' || search.sort === 'value';
  return isSortOfThem || ofOpenOrders.some((name) => search[name] !== undefined);
}

function isOfEndedOrders(search: OrdersSearch): boolean {
  return search.outcome !== undefined || isCompleted(search) || statuses(search, false) !== undefined;
}

function isCompleted(search: OrdersSearch): boolean {
  return periodOf(search, 'completed').some((day) => day !== undefined);
}

/** The active statuses of the filter, or the ended ones; undefined if there are none. */
function statuses({ status }: OrdersSearch, isActive: boolean): string | undefined {
  const all = status?.split(',') ?? [];
  const some = all.filter((one) => activeStatuses.some((active) => active === one) === isActive);
  return some.length === 0 ? undefined : some.join();
}
