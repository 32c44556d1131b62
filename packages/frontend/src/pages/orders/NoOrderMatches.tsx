import { Link } from '@tanstack/react-router';
import { pluralize } from '../../format/numbers';
import { buttonClass } from '../../ui/Button';
import { StateBox } from '../../ui/StateBox';
import type { ActiveFilter } from './filters';
import { firstPageSearch } from './nextSearch';
import styles from './OrdersPage.module.css';
import type { OrdersSearch } from './search';

/** Takes the place of an empty list: which filter to drop, or that there is no order. */
export function NoOrderMatches({
  search,
  filters,
  allStatuses,
}: {
  search: OrdersSearch;
  filters: ActiveFilter[];
  /** The number of orders without the status filter. */
  allStatuses: number;
}) {
  if (filters.length === 0) {
    return (
      <StateBox tone="empty" label="Nothing here" title="There are no orders yet">
        <p>
          An order appears here after its <code>PLACED</code> event. Import a file with{' '}
          <code>goody import FILE.ndjson</code>, or send events to <code>POST /api/orders/events</code>.
        </p>
      </StateBox>
    );
  }
  const isStatusToBlame = search.status !== undefined && allStatuses > 0;
  return (
    <StateBox tone="empty" label="No result" title="No order matches">
      <p>
        {isStatusToBlame
          ? `Without the status there ${allStatuses === 1 ? 'is' : 'are'} ${pluralize(allStatuses, 'order')}.`
          : filters.length === 1
            ? search.q === undefined
              ? 'No order matches the filter.'
              : `No order has an id, reference or tracking number that begins with “${search.q}”.`
            : 'No order matches all filters. Drop one of them:'}
      </p>
      <div className={styles.drops}>
        {isStatusToBlame && (
          <Link className={buttonClass} to="/orders" search={firstPageSearch(search, { status: undefined })}>
            Show every status
          </Link>
        )}
        {!isStatusToBlame &&
          filters.length > 1 &&
          filters.map(({ label, rest }) => (
            <Link className={buttonClass} key={label} to="/orders" search={firstPageSearch(search, rest)}>
              Drop “{label}”
            </Link>
          ))}
        <Link className={buttonClass} to="/orders" search={{}}>
          Show all orders
        </Link>
      </div>
    </StateBox>
  );
}
