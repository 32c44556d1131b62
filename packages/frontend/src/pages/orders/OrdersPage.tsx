import { Link, useNavigate } from '@tanstack/react-router';
import { count, pluralize } from '../../format/numbers';
import { ownZone } from '../../format/times';
import { BackLink } from '../../ui/BackLink';
import { Exports } from '../../ui/Exports';
import { FilterChips } from '../../ui/FilterChips';
import { ListNotes } from '../../ui/ListNotes';
import { Highlight, PageHead } from '../../ui/PageHead';
import { Pager } from '../../ui/Pager';
import { StatusFilter } from '../../ui/StatusFilter';
import { usePendingSearch } from '../../ui/usePendingSearch';
import { activeFilters } from './filters';
import { atLeast, headline } from './headline';
import type { OrdersData } from './load';
import { NoOrderMatches } from './NoOrderMatches';
import { OrdersFilters } from './OrdersFilters';
import styles from './OrdersPage.module.css';
import { OrdersTable } from './OrdersTable';
import { filterOf, firstPageSearch, type OrdersFilter, type OrdersSearch } from './search';

/** Orders of a filter, a page at a time: filtered, counted and cut by the server, as the address says. */
export function OrdersPage({ data, search }: { data: OrdersData; search: OrdersSearch }) {
  const navigate = useNavigate();
  const { list, allStatuses, late, vendorName, timeZone, readAt } = data;
  const { summary } = list;
  const vendor = vendorName ?? search.vendorId;
  const filters = activeFilters(filterOf(search), vendor);
  const pending = usePendingSearch(search);
  const filter = filterOf(pending);
  const heading = headline(summary, late, filters.length > 0);

  function show(changes: OrdersFilter) {
    void navigate({ to: '/orders', search: firstPageSearch(pending, changes), resetScroll: false });
  }

  return (
    <>
      <title>Orders · Goody</title>
      <BackLink />
      <div className={styles.head}>
        <PageHead
          label={`Orders${vendorName === null ? '' : ` of ${vendorName}`}`}
          title={
            <>
              {heading.orders} {heading.isLate ? <Highlight tone="watch">{heading.late}</Highlight> : heading.late}
            </>
          }
        />
        {summary.total > 0 && <Exports resource="orders" filter={{ ...filterOf(search), order: search.order }} />}
      </div>
      <StatusFilter
        label="Orders by status, press to filter"
        counts={allStatuses.statusBreakdown}
        isLowerBound={allStatuses.totalIsLowerBound}
        selected={filter.status}
        onSelect={(status) => show({ status })}
      />
      <OrdersFilters filter={filter} vendor={vendor} timeZone={timeZone} onChange={show} />
      <FilterChips
        chips={activeFilters(filter, pending.vendorId === search.vendorId ? vendor : pending.vendorId).map(
          ({ label, rest }) => ({ label, remove: () => show(rest) }),
        )}
        onClear={() => void navigate({ to: '/orders', search: { order: pending.order }, resetScroll: false })}
      />
      <section aria-labelledby="list">
        <div className={styles.listHead}>
          <div role="status">
            <h2 id="list" tabIndex={-1} data-top-of-list>
              {atLeast(summary)} {summary.total === 1 && !summary.totalIsLowerBound ? 'order' : 'orders'}
              {filters.length > 0 && (summary.total === 1 ? ' matches' : ' match')}
            </h2>
          </div>
          {summary.total > 1 && <Sort search={search} />}
        </div>
        {list.orders.length === 0 ? (
          <NoOrderMatches search={search} filters={filters} allStatuses={allStatuses.total} />
        ) : (
          <>
            <OrdersTable list={list} readAt={readAt} />
            <Pager of="orders" nextCursor={list.nextCursor} cursor={search.cursor} page={search.page}>
              {`${count(list.orders.length)} of ${summary.totalIsLowerBound ? `${atLeast(summary)} orders` : pluralize(summary.total, 'order')}`}
            </Pager>
            <ListNotes>
              <b>Late</b> is an order that ended after its promise, or is still open with its promise over; those still
              open are marked. The counts by status are of all the other filters. Dates are those of your time zone (
              {ownZone}), the exact time shows on hover; the days of the filter are those of{' '}
              {timeZone === null ? 'the reports' : timeZone}.
              {summary.totalIsLowerBound && ' Counting stops at some ten thousand orders; the list goes on.'}
            </ListNotes>
          </>
        )}
      </section>
    </>
  );
}

const sortOrders = [
  { order: undefined, name: 'Newest first' },
  { order: 'asc', name: 'Oldest first' },
];

/** By when they were placed; the server knows no other order. */
function Sort({ search }: { search: OrdersSearch }) {
  const pending = usePendingSearch(search);
  // Without a word about it, the server begins with the latest.
  const current = search.order === 'asc' ? 'asc' : undefined;
  return (
    <nav className={styles.sort} aria-label="Sort by when they were placed">
      {sortOrders.map(({ order, name }) => (
        <Link
          key={name}
          to="/orders"
          search={firstPageSearch(pending, { order })}
          resetScroll={false}
          aria-current={current === order ? 'true' : undefined}
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}
