import { Link, useLocation } from '@tanstack/react-router';
import type { VendorList } from '../../api/types';
import { count } from '../../format/numbers';
import { buttonClass } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import styles from './Pager.module.css';
import type { OverviewSearch } from './search';

/** Next and back through a list that only knows where its next page begins. */
export function Pager({
  pagination,
  shown,
  search,
}: {
  pagination: VendorList['pagination'];
  shown: number;
  search: OverviewSearch;
}) {
  const cursorsBefore = useLocation({ select: (location) => location.state.cursorsBefore }) ?? [];
  const page = Math.max(1, Number.parseInt(search.page ?? '1', 10) || 1);
  const isFirst = search.cursor === undefined;
  if (isFirst && !pagination.hasMore) return null;
  const before = cursorsBefore.at(-1) ?? undefined;
  return (
    <nav className={styles.pager} aria-label="Pages of vendors">
      <p>
        {!isFirst && `Page ${count(page)}: `}
        {count(shown)} of {count(pagination.total)} vendors
      </p>
      {!isFirst && (
        <Link
          className={buttonClass}
          to="/"
          search={{ ...search, cursor: before, page: before === undefined ? undefined : String(page - 1) }}
          state={{ cursorsBefore: cursorsBefore.slice(0, -1) }}
          resetScroll={false}
        >
          <Icon name="left" />
          {cursorsBefore.length > 0 ? 'Back' : 'First page'}
        </Link>
      )}
      {pagination.nextCursor !== null && (
        <Link
          className={buttonClass}
          to="/"
          search={{ ...search, cursor: pagination.nextCursor, page: String(page + 1) }}
          state={{ cursorsBefore: [...cursorsBefore, search.cursor ?? null] }}
          resetScroll={false}
        >
          Next
          <Icon name="right" />
        </Link>
      )}
    </nav>
  );
}
