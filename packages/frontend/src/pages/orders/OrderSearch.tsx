import type { FormEvent } from 'react';
import { Button } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import { useFailedSearch } from '../../ui/usePendingSearch';
import { VisuallyHidden } from '../../ui/VisuallyHidden';
import styles from './OrderSearch.module.css';
import type { OrdersFilter } from './search';

/** Finds orders by the start of their id, reference or tracking number. It only changes the address. */
export function OrderSearch({ q, onSearch }: { q: string | undefined; onSearch: (q: string | undefined) => void }) {
  const typed = useFailedSearch<OrdersFilter>()?.q ?? q;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('q') ?? '').trim();
    onSearch(text === '' ? undefined : text);
  }

  return (
    <search>
      <form className={styles.search} onSubmit={submit}>
        <label className={styles.field}>
          <Icon name="search" />
          <VisuallyHidden>Search orders</VisuallyHidden>
          <input
            key={typed}
            type="search"
            name="q"
            defaultValue={typed}
            placeholder="Id, reference or tracking number"
            minLength={4}
            maxLength={128}
            autoComplete="off"
            spellCheck={false}
          />
        </label>
        <Button type="submit">Search</Button>
      </form>
    </search>
  );
}
