import { Link, useLocation } from '@tanstack/react-router';
import { count } from '../format/numbers';
import { buttonClass } from './Button';
import { Icon } from './Icon';
import styles from './Pager.module.css';

/** Next and Back for a list with cursors. The cursor is in the address. */
export function Pager({
  items,
  nextCursor,
  cursor,
  page: pageText = '1',
  children,
}: {
  /** The items of the list: `vendors`. */
  items: string;
  nextCursor: string | null;
  cursor: string | undefined;
  /** The page number in the address. */
  page: string | undefined;
  /** How much of the list is shown. */
  children: string;
}) {
  const cursorsBefore = useLocation({ select: (location) => location.state.cursorsBefore }) ?? [];
  const page = Math.max(1, Number.parseInt(pageText, 10) || 1);
  const isFirst = cursor === undefined;
  if (isFirst && nextCursor === null) return null;
  const before = cursorsBefore.at(-1) ?? undefined;
  return (
    <nav className={styles.pager} aria-label={`Pages of ${items}`}>
      <p>
        {!isFirst && `Page ${count(page)}: `}
        {children}
      </p>
      {!isFirst && (
        <Link
          className={buttonClass}
          to="."
          search={(search) => ({
            ...search,
            cursor: before,
            page: before === undefined ? undefined : String(page - 1),
          })}
          state={{ cursorsBefore: cursorsBefore.slice(0, -1) }}
          resetScroll={false}
        >
          <Icon name="left" />
          {cursorsBefore.length > 0 ? 'Back' : 'First page'}
        </Link>
      )}
      {nextCursor !== null && (
        <Link
          className={buttonClass}
          to="."
          search={(search) => ({ ...search, cursor: nextCursor, page: String(page + 1) })}
          state={{ cursorsBefore: [...cursorsBefore, cursor ?? null] }}
          resetScroll={false}
        >
          Next
          <Icon name="right" />
        </Link>
      )}
    </nav>
  );
}
