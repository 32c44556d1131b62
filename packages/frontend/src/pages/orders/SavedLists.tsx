import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Icon } from '../../ui/Icon';
import { VisuallyHidden } from '../../ui/VisuallyHidden';
import type { ActiveFilter } from './filters';
import { commonLists, isSame, keepLists, listOf, readLists } from './listStorage';
import styles from './SavedLists.module.css';
import type { OrdersSearch } from './search';

/** Lists that are used again, each one click away, and a button that saves the shown one under the name of its filters. */
export function SavedLists({ search, filters }: { search: OrdersSearch; filters: ActiveFilter[] }) {
  const [saved, setSaved] = useState(() => readLists());
  const [message, setMessage] = useState('');
  const all = [...commonLists, ...saved];
  const isKnown = filters.length === 0 || all.some((list) => isSame(list.search, search));

  function keep(lists: typeof saved, done: string) {
    setMessage(keepLists(lists) ? done : 'This browser permits no saving.');
    setSaved(lists);
  }

  function save() {
    const name = filters.map(({ label }) => label).join(', ');
    keep([{ name, search: listOf(search) }, ...saved], `Saved in this browser: ${name}`);
  }

  return (
    <nav className={styles.lists} aria-label="Saved lists">
      {all.map((list) => (
        <span key={list.name} className={styles.list}>
          <Link
            to="/orders"
            search={{ ...list.search, asOf: search.asOf }}
            aria-current={isSame(list.search, search) || undefined}
          >
            {list.name}
          </Link>
          {saved.includes(list) && (
            <button
              type="button"
              aria-label={`Forget ${list.name}`}
              onClick={() =>
                keep(
                  saved.filter((other) => other !== list),
                  `Forgotten: ${list.name}`,
                )
              }
            >
              <Icon name="close" />
            </button>
          )}
        </span>
      ))}
      {!isKnown && (
        <button className={styles.save} type="button" onClick={save}>
          Save this list
        </button>
      )}
      <VisuallyHidden>
        <span role="status">{message}</span>
      </VisuallyHidden>
    </nav>
  );
}
