import { useNavigate } from '@tanstack/react-router';
import { usePendingSearch } from '../../ui/usePendingSearch';
import { byAttention, sortOf, sortOptions } from './columns';
import { firstPageSearch, type VendorsSearch } from './search';
import styles from './VendorSort.module.css';

const amounts = { asc: 'lowest', desc: 'highest' };
const letters = { asc: 'A', desc: 'Z' };
const attention = `${byAttention.sortBy} ${byAttention.order}`;

/** The sort by name: also what has no column, and for a phone, where rows are cards without headings. */
export function VendorSort({ search }: { search: VendorsSearch }) {
  const navigate = useNavigate();
  const pending = usePendingSearch(search);
  const { sortBy, order } = sortOf(pending);

  function sort(selected: string) {
    const [by, direction] = selected === attention ? [] : selected.split(' ');
    void navigate({
      to: '/vendors',
      search: firstPageSearch(pending, { sortBy: by, order: direction }),
      resetScroll: false,
    });
  }

  return (
    <label className={styles.sort}>
      Sort by
      <select value={`${sortBy} ${order}`} onChange={(event) => sort(event.currentTarget.value)}>
        <option value={attention}>Attention, worst first</option>
        {sortOptions.flatMap(({ sortBy: by, label }) =>
          (['asc', 'desc'] as const).map((direction) => (
            <option key={by + direction} value={`${by} ${direction}`}>
              {label}, {(by === 'name' ? letters : amounts)[direction]} first
            </option>
          )),
        )}
      </select>
    </label>
  );
}
