import { AT_RISK_BELOW } from '../../format/labels';
import { count, pluralize } from '../../format/numbers';
import { Exports } from '../../ui/Exports';
import { ListNotes } from '../../ui/ListNotes';
import { Pager } from '../../ui/Pager';
import { rateScale } from '../../ui/spark';
import type { ReportLink } from '../orders/CountLink';
import { sortOf } from './columns';
import type { OverviewData } from './load';
import { NoVendorMatches } from './NoVendorMatches';
import type { OverviewSearch } from './search';
import { VendorFilters } from './VendorFilters';
import styles from './VendorSection.module.css';
import { VendorTable } from './VendorTable';

/** One page of the vendors. The server filters, sorts and pages them by the address. */
export function VendorSection({
  data,
  search,
  report,
}: {
  data: OverviewData;
  search: OverviewSearch;
  report: ReportLink;
}) {
  const { vendors, pagination } = data.vendors;
  const { cursor, page, ...filter } = search;
  const scale = rateScale(
    vendors.flatMap((vendor) => [...vendor.reliability30d, vendor.reliabilityInterval?.lower ?? null]),
  );
  const isFiltered = search.q !== undefined || search.risk !== undefined;
  return (
    <section className={styles.section} aria-labelledby="vendors">
      <div className={styles.head}>
        <div>
          <h2 id="vendors" tabIndex={-1} data-top-of-list>
            Vendors
          </h2>
          <p className={styles.total} role="status">
            {pluralize(pagination.total, 'vendor')}
            {isFiltered && (pagination.total === 1 ? ' matches' : ' match')}
          </p>
        </div>
        <VendorFilters search={search} />
      </div>
      {vendors.length === 0 ? (
        <NoVendorMatches search={search} />
      ) : (
        <>
          <VendorTable data={data} scale={scale} search={search} report={report} />
          <Pager items="vendors" nextCursor={pagination.nextCursor} cursor={cursor} page={page}>
            {`${count(vendors.length)} of ${pluralize(pagination.total, 'vendor')}`}
          </Pager>
          <div className={styles.exports}>
            <Exports resource="vendors" filter={{ ...filter, ...sortOf(search) }} />
          </div>
          <ListNotes>
            <b>Reliability</b> is arrived orders out of completed ones in the seven days; the range under it holds the
            true rate with 95 % confidence. Bars and lines go from {scale.low} to 100 %; the dotted line is at{' '}
            {AT_RISK_BELOW} %, below which a vendor is at risk. <b>On time</b> is out of the orders due in the seven
            days; an open order past its promise is a miss. Of the open orders, <b>overdue</b> ones are past their
            promise, <b>unshipped</b> ones past their ship-by and not handed over, and <b>stalled</b> ones on their way
            without an event for 48 hours, unless the server is set otherwise; they are counted at that time. <b>–</b>{' '}
            means that there is no data.
          </ListNotes>
        </>
      )}
    </section>
  );
}
