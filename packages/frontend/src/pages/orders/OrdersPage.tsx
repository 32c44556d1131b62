import { useNavigate } from '@tanstack/react-router';
import { count } from '../../format/numbers';
import { capitalized } from '../../format/sentences';
import { ownZone } from '../../format/times';
import { BackLink } from '../../ui/BackLink';
import { DateBar } from '../../ui/DateBar';
import { Exports } from '../../ui/Exports';
import { FilterChips } from '../../ui/FilterChips';
import { ListNotes } from '../../ui/ListNotes';
import { Highlight, PageHead } from '../../ui/PageHead';
import { Pager } from '../../ui/Pager';
import { StatusFilter } from '../../ui/StatusFilter';
import { usePendingSearch } from '../../ui/usePendingSearch';
import { activeFilters } from './filters';
import { headline, ordersCounted } from './headline';
import type { OrdersData } from './load';
import { NoOrderMatches } from './NoOrderMatches';
import { firstPageSearch } from './nextSearch';
import { OrderSearch } from './OrderSearch';
import { OrdersFilters } from './OrdersFilters';
import styles from './OrdersPage.module.css';
import { OrdersSort } from './OrdersSort';
import { OrdersTable } from './OrdersTable';
import { SavedLists } from './SavedLists';
import { filterOf, type OrdersFilter, type OrdersSearch } from './search';

/** One page of the orders. The server filters, counts and pages them by the address. */
export function OrdersPage({ data, search }: { data: OrdersData; search: OrdersSearch }) {
  const navigate = useNavigate();
  const { list, allStatuses, late, vendorName, timeZone, day, currency, at } = data;
  const { summary } = list;
  const vendor = vendorName ?? search.vendorId;
  const filters = activeFilters(filterOf(search), vendor, currency);
  const pending = usePendingSearch(search);
  const filter = filterOf(pending);
  const heading = headline(summary, late, filterOf(search), filters.length > 0);

  function show(changes: OrdersFilter) {
    void navigate({ to: '/orders', search: firstPageSearch(pending, changes), resetScroll: false });
  }

  return (
    <>
      <title>{[...filters.map(({ label }) => label), 'Orders', 'Goody'].join(' · ')}</title>
      <BackLink />
      <div className={styles.head}>
        <PageHead
          label={`Orders${vendorName === null ? '' : ` of ${vendorName}`}`}
          about={day !== null && timeZone !== null && <DateBar {...day} timeZone={timeZone} search={{}} name="asOf" />}
          title={
            <>
              {heading.orders} {heading.isLate ? <Highlight tone="watch">{heading.late}</Highlight> : heading.late}
            </>
          }
        />
        {summary.total > 0 && (
          <Exports resource="orders" filter={{ ...filterOf(search), sort: search.sort, order: search.order }} />
        )}
      </div>
      <SavedLists search={search} filters={filters} />
      <StatusFilter
        label="Orders by status, press to filter"
        counts={allStatuses.statusBreakdown}
        isLowerBound={allStatuses.totalIsLowerBound}
        selected={filter.status ?? filter.outcome}
        onSelect={(status) => show({ status, outcome: undefined })}
      />
      <OrderSearch q={filter.q} onSearch={(q) => show({ q })} />
      <OrdersFilters filter={filter} vendor={vendor} timeZone={timeZone} currency={currency} onChange={show} />
      <FilterChips
        chips={activeFilters(filter, pending.vendorId === search.vendorId ? vendor : pending.vendorId, currency).map(
          ({ label, rest }) => ({ label, remove: () => show(rest) }),
        )}
        onClear={() =>
          void navigate({
            to: '/orders',
            search: { sort: pending.sort, order: pending.order },
            resetScroll: false,
          })
        }
      />
      <section aria-labelledby="list">
        <div className={styles.listHead}>
          <div role="status">
            <h2 id="list" tabIndex={-1} data-top-of-list>
              {capitalized(ordersCounted(summary))}
              {filters.length > 0 && (summary.total === 1 ? ' matches' : ' match')}
            </h2>
          </div>
          {summary.total > 1 && <OrdersSort search={search} />}
        </div>
        {list.orders.length === 0 ? (
          <NoOrderMatches search={search} filters={filters} allStatuses={allStatuses.total} />
        ) : (
          <>
            <OrdersTable list={list} filter={filterOf(search)} at={at} />
            <Pager items="orders" nextCursor={list.nextCursor} cursor={search.cursor} page={search.page}>
              {`${count(list.orders.length)} of ${ordersCounted(summary)}`}
            </Pager>
            <ListNotes>
              A <b>late</b> order ended after its promise, or is open past it; open ones are marked. The counts by
              status ignore the status filter. Dates are in your time zone ({ownZone}), with the exact time on hover;
              the days of the filter are in {timeZone === null ? 'the report time zone' : timeZone}.
              {search.asOf !== undefined && ' The orders are those of that time.'}
              {summary.totalIsLowerBound && ' Counting stops at about ten thousand orders; the list continues.'}
            </ListNotes>
          </>
        )}
      </section>
    </>
  );
}
