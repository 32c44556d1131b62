import type { VendorList } from '../../api/types';
import { count, counted } from '../../format/numbers';
import { Pager } from '../../ui/Pager';
import { NoVendorMatches } from './NoVendorMatches';
import type { OverviewSearch } from './search';
import { VendorFilters } from './VendorFilters';
import styles from './VendorSection.module.css';
import { VendorTable } from './VendorTable';

/** The vendors, a page at a time: filtered, sorted and cut by the server, as the address says. */
export function VendorSection({ list, search }: { list: VendorList; search: OverviewSearch }) {
  return (
    <section className={styles.section} aria-labelledby="vendors">
      <div className={styles.head}>
        <div>
          <h2 className={styles.heading} id="vendors" tabIndex={-1} data-top-of-list>
            Vendors
          </h2>
          <p className={styles.total} role="status">
            {counted(list.pagination.total, 'vendor')}
            {(search.q !== undefined || search.risk !== undefined) &&
              (list.pagination.total === 1 ? ' matches' : ' match')}
          </p>
        </div>
        <VendorFilters search={search} />
      </div>
      {list.vendors.length === 0 ? (
        <NoVendorMatches search={search} />
      ) : (
        <>
          <VendorTable vendors={list.vendors} search={search} />
          <Pager of="vendors" nextCursor={list.pagination.nextCursor} cursor={search.cursor} page={search.page}>
            {`${count(list.vendors.length)} of ${counted(list.pagination.total, 'vendor')}`}
          </Pager>
          <p className={styles.notes}>
            <b>Reliability</b> is arrived orders out of completed ones in the seven days; the range under it holds the
            true rate with 95 % confidence. <b>On time</b> counts an open order past its promise as a miss.{' '}
            <b>Active</b> and <b>delayed</b> are orders right then. <b>–</b> means that nothing was there to rate.
          </p>
        </>
      )}
    </section>
  );
}
