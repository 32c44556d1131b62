import { Link } from '@tanstack/react-router';
import { pluralize } from '../../format/numbers';
import { buttonClass } from '../../ui/Button';
import { StateBox } from '../../ui/StateBox';
import type { ActiveFilter } from './filters';
import styles from './OrdersPage.module.css';
import { firstPageSearch, type OrdersSearch } from './search';

/** No order in the list: because of the filters, and then which to drop, or because there is none. */
export function NoOrderMatches({
  search,
  filters,
  allStatuses,
}: {
  search: OrdersSearch;
  filters: ActiveFilter[];
  /** How many orders there are without the filter of status. */
  allStatuses: number;
}) {
  if (filters.length === 0) {
    return (
      <StateBox tone="empty" label="Nothing here" title="There are no orders yet">
        <p>
          An order appears here with the first event that says it was placed. Import a file with{' '}
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
            ? 'The filter leaves nothing.'
            : 'Nothing matches all of the filters at once. Drop one of them:'}
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
