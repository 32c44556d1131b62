import { useNavigate } from '@tanstack/react-router';
import { usePendingSearch } from '../../ui/usePendingSearch';
import { firstPageSearch } from './nextSearch';
import styles from './OrdersPage.module.css';
import { isSortedByPeriod, type OrdersSearch } from './search';

interface Sort {
  name: string;
  sort?: string;
  order?: string;
}

/** A promise that passed long ago is that of an order that is overdue for long. */
const sorts: Sort[] = [
  { name: 'Newest first', sort: 'placed', order: 'desc' },
  { name: 'Oldest first', sort: 'placed', order: 'asc' },
  { name: 'Most days late', sort: 'promise', order: 'asc' },
  { name: 'Highest value', sort: 'value', order: 'desc' },
  { name: 'Latest promise first', sort: 'promise', order: 'desc' },
];

/** A list of what happened in a period is sorted by when it happened. */
const sortsOfPeriod: Sort[] = [
  { name: 'Latest first', order: 'desc' },
  { name: 'Earliest first', order: 'asc' },
];

/** What the server sorts by, and in which order, if the address has neither. */
function defaultSort(search: OrdersSearch): Sort {
  if (isSortedByPeriod(search)) return { name: '', order: 'desc' };
  const sort = search.sort ?? (search.delayedByHours === undefined ? 'placed' : 'promise');
  return { name: '', sort, order: sort === 'promise' ? 'asc' : 'desc' };
}

export function OrdersSort({ search }: { search: OrdersSearch }) {
  const navigate = useNavigate();
  const pending = usePendingSearch(search);
  const options = isSortedByPeriod(pending) ? sortsOfPeriod : sorts;
  const { sort, order } = { ...defaultSort(pending), ...(pending.order && { order: pending.order }) };
  const current = options.findIndex((one) => one.sort === sort && one.order === order);

  function show(index: number) {
    const chosen = options[index];
    const usual = defaultSort({ ...pending, sort: undefined });
    const next = firstPageSearch(pending, {
      // The defaults are not in the address.
      sort: chosen?.sort === usual.sort ? undefined : chosen?.sort,
      order: chosen?.order === defaultSort({ ...pending, sort: chosen?.sort }).order ? undefined : chosen?.order,
    });
    void navigate({ to: '/orders', search: next, resetScroll: false });
  }

  return (
    <label className={styles.sort}>
      Sort
      <select value={current} onChange={(event) => show(Number(event.target.value))}>
        {current < 0 && <option value={-1}>{`By ${sort}, ${order}`}</option>}
        {options.map(({ name }, index) => (
          <option key={name} value={index}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
