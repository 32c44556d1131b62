import { Link, useNavigate } from '@tanstack/react-router';
import { count, counted } from '../../format/numbers';
import { ownZone } from '../../format/times';
import { BackLink } from '../../ui/BackLink';
import { Exports } from '../../ui/Exports';
import { FilterChips } from '../../ui/FilterChips';
import { ListNotes } from '../../ui/ListNotes';
import { Hot, PageHead } from '../../ui/PageHead';
import { Pager } from '../../ui/Pager';
import { StatusFilter } from '../../ui/StatusFilter';
import { usePendingSearch } from '../../ui/usePendingSearch';
import { filtersOn } from './filters';
import { atLeast, headline } from './headline';
import type { OrdersData } from './load';
import { NoOrderMatches } from './NoOrderMatches';
import { OrdersFilters } from './OrdersFilters';
import styles from './OrdersPage.module.css';
import { OrdersTable } from './OrdersTable';
import { filterOf, fromTheStart, type OrdersFilter, type OrdersSearch } from './search';

/** Orders of a filter, a page at a time: filtered, counted and cut by the server, as the address says. */
export function OrdersPage({ data, search }: { data: OrdersData; search: OrdersSearch }) {
  const navigate = useNavigate();
  const { list, ofAnyStatus, late, vendorName, timeZone, readAt } = data;
  const { summary } = list;
  const vendor = vendorName ?? search.vendorId;
  const filters = filtersOn(filterOf(search), vendor);
  const asked = usePendingSearch(search);
  const filter = filterOf(asked);
  const answer = headline(summary, late, filters.length > 0);

  function show(wanted: OrdersFilter) {
    void navigate({ to: '/orders', search: fromTheStart(asked, wanted), resetScroll: false });
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
              {answer.orders} {answer.isTrouble ? <Hot tone="watch">{answer.late}</Hot> : answer.late}
            </>
          }
        />
        {summary.total > 0 && <Exports of="orders" filter={{ ...filterOf(search), order: search.order }} />}
      </div>
      <StatusFilter
        label="Orders by status, press to filter"
        counts={ofAnyStatus.statusBreakdown}
        isLowerBound={ofAnyStatus.totalIsLowerBound}
        chosen={filter.status}
        onChoose={(status) => show({ status })}
      />
      <OrdersFilters filter={filter} vendor={vendor} timeZone={timeZone} onChange={show} />
      <FilterChips
        chips={filtersOn(filter, asked.vendorId === search.vendorId ? vendor : asked.vendorId).map(
          ({ words, without }) => ({ words, remove: () => show(without) }),
        )}
        onClear={() => void navigate({ to: '/orders', search: { order: asked.order }, resetScroll: false })}
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
          <NoOrderMatches search={search} filters={filters} ofAnyStatus={ofAnyStatus.total} />
        ) : (
          <>
            <OrdersTable list={list} readAt={readAt} />
            <Pager of="orders" nextCursor={list.nextCursor} cursor={search.cursor} page={search.page}>
              {`${count(list.orders.length)} of ${summary.totalIsLowerBound ? `${atLeast(summary)} orders` : counted(summary.total, 'order')}`}
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

const orders = [
  { order: undefined, name: 'Newest first' },
  { order: 'asc', name: 'Oldest first' },
];

/** By when they were placed; the server knows no other order. */
function Sort({ search }: { search: OrdersSearch }) {
  const asked = usePendingSearch(search);
  // Without a word about it, the server begins with the latest.
  const current = search.order === 'asc' ? 'asc' : undefined;
  return (
    <nav className={styles.sort} aria-label="Sort by when they were placed">
      {orders.map(({ order, name }) => (
        <Link
          key={name}
          to="/orders"
          search={fromTheStart(asked, { order })}
          resetScroll={false}
          aria-current={current === order ? 'true' : undefined}
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}
