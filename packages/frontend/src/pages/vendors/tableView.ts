/** How the vendor table is shown: which columns are hidden, and whether its rows are dense. This browser keeps it. */

const KEY = 'goody-vendor-table';

export interface TableView {
  /** The positions of the hidden columns, from 1. */
  hidden: number[];
  isDense: boolean;
}

/** The view that was kept. What this browser has is never trusted to be ours. */
export function readView(storage: Pick<Storage, 'getItem'> = localStorage): TableView {
  try {
    const { hidden, isDense } = JSON.parse(storage.getItem(KEY) ?? '{}') as Record<string, unknown>;
    const positions = Array.isArray(hidden) ? hidden.filter((one): one is number => Number.isInteger(one)) : [];
    return { hidden: positions, isDense: isDense === true };
  } catch {
    return { hidden: [], isDense: false };
  }
}

/** Keeps the view, if the browser permits it. */
export function keepView(view: TableView, storage: Pick<Storage, 'setItem'> = localStorage): void {
  try {
    storage.setItem(KEY, JSON.stringify(view));
  } catch {
    // It is the same until the page is left.
  }
}
