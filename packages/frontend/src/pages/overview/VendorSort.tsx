import { useNavigate } from '@tanstack/react-router';
import { usePendingSearch } from '../../ui/usePendingSearch';
import { columns, sortOf } from './columns';
import { fromTheStart, type OverviewSearch } from './search';
import styles from './VendorSort.module.css';

const amounts = { asc: 'lowest', desc: 'highest' };
const letters = { asc: 'A', desc: 'Z' };

/** The sort where the headings are not shown: on a phone, where rows are cards. */
export function VendorSort({ search }: { search: OverviewSearch }) {
  const navigate = useNavigate();
  const asked = usePendingSearch(search);
  const { sortBy, order } = sortOf(asked);

  function sort(chosen: string) {
    const [by, direction] = chosen.split(' ');
    void navigate({ to: '/', search: fromTheStart(asked, { sortBy: by, order: direction }), resetScroll: false });
  }

  return (
    <label className={styles.sort}>
      Sort by
      <select value={`${sortBy} ${order}`} onChange={(event) => sort(event.currentTarget.value)}>
        {columns.flatMap(({ sortBy: by, label }) =>
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
