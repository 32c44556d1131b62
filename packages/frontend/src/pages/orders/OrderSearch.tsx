import { SearchForm } from '../../ui/SearchForm';
import { useFailedSearch } from '../../ui/usePendingSearch';
import styles from './OrdersPage.module.css';
import type { OrdersFilter } from './search';

/** Finds orders by the start of their id, reference or tracking number. It only changes the address. */
export function OrderSearch({ q, onSearch }: { q: string | undefined; onSearch: (q: string | undefined) => void }) {
  const typed = useFailedSearch<OrdersFilter>()?.q ?? q;
  return (
    <div className={styles.search}>
      <SearchForm
        label="Search orders"
        q={typed}
        placeholder="Id, reference or tracking number"
        minLength={4}
        maxLength={128}
        spellCheck={false}
        onSearch={onSearch}
      />
    </div>
  );
}
