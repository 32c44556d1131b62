import { count, counted } from '../../format/numbers';
import { AT_RISK_BELOW } from '../../format/words';
import { buttonClass } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import { Pager } from '../../ui/Pager';
import { rateScale } from '../../ui/spark';
import type { OverviewData } from './load';
import { NoVendorMatches } from './NoVendorMatches';
import type { OverviewSearch } from './search';
import { VendorFilters } from './VendorFilters';
import styles from './VendorSection.module.css';
import { VendorSort } from './VendorSort';
import { VendorTable } from './VendorTable';

/** The vendors, a page at a time: filtered, sorted and cut by the server, as the address says. */
export function VendorSection({ data, search }: { data: OverviewData; search: OverviewSearch }) {
  const { vendors, pagination } = data.vendors;
  const scale = rateScale(
    vendors.flatMap((vendor) => [...vendor.reliability30d, vendor.reliabilityInterval?.lower ?? null]),
  );
  const isFiltered = search.q !== undefined || search.risk !== undefined;
  return (
    <section className={styles.section} aria-labelledby="vendors">
      <div className={styles.head}>
        <div>
          <h2 className={styles.heading} id="vendors" tabIndex={-1} data-top-of-list>
            Vendors
          </h2>
          <p className={styles.total} role="status">
            {counted(pagination.total, 'vendor')}
            {isFiltered && (pagination.total === 1 ? ' matches' : ' match')}
          </p>
        </div>
        <VendorFilters search={search} />
      </div>
      {vendors.length === 0 ? (
        <NoVendorMatches search={search} />
      ) : (
        <>
          <VendorSort search={search} />
          <VendorTable data={data} scale={scale} search={search} />
          <Pager of="vendors" nextCursor={pagination.nextCursor} cursor={search.cursor} page={search.page}>
            {`${count(vendors.length)} of ${counted(pagination.total, 'vendor')}`}
          </Pager>
          <Exports search={search} />
          <p className={styles.notes}>
            <b>Reliability</b> is arrived orders out of completed ones in the seven days; the range under it holds the
            true rate with 95 % confidence. Bars and lines go from {scale.low} to 100 %; the dotted line stands at{' '}
            {AT_RISK_BELOW} %, below which a vendor is at risk. <b>On time</b> counts an open order past its promise as
            a miss. <b>Active</b> and <b>delayed</b> are orders right then. <b>–</b> means that nothing was there to
            rate.
          </p>
        </>
      )}
    </section>
  );
}

/** All that the filter finds, not only the page of it that is shown. */
function Exports({ search: { cursor: _, page: __, ...filter } }: { search: OverviewSearch }) {
  const address = (format: string) =>
    `/api/vendors/export?${new URLSearchParams({ ...filter, format } as Record<string, string>)}`;
  return (
    <p className={styles.exports}>
      <a className={buttonClass} href={address('csv')} download="vendors.csv">
        <Icon name="download" />
        Export CSV
      </a>
      <a className={buttonClass} href={address('ndjson')} download="vendors.ndjson">
        <Icon name="download" />
        Export JSON
      </a>
    </p>
  );
}
