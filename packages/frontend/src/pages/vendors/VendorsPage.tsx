import { useState } from 'react';
import { riskPhrase } from '../../format/labels';
import { count, pluralize } from '../../format/numbers';
import { isOver } from '../../format/times';
import { BackLink } from '../../ui/BackLink';
import { DateBar } from '../../ui/DateBar';
import { Exports } from '../../ui/Exports';
import { ListNotes } from '../../ui/ListNotes';
import { PageHead } from '../../ui/PageHead';
import { Pager } from '../../ui/Pager';
import { FleetStatus } from '../../ui/StatusLine';
import { reportLink } from '../orders/CountLink';
import { ColumnChoice } from './ColumnChoice';
import { sortOf } from './columns';
import type { VendorsData } from './load';
import { NoVendorMatches } from './NoVendorMatches';
import type { VendorsSearch } from './search';
import { keepView, readView } from './tableView';
import { VendorFilters } from './VendorFilters';
import styles from './VendorsPage.module.css';
import { VendorTable, vendorScale } from './VendorTable';

/** One page of the vendors. The server filters, sorts and pages them by the address. */
export function VendorsPage({ data, search }: { data: VendorsData; search: VendorsSearch }) {
  const [view, setView] = useState(() => readView());
  const { vendors, pagination, lines } = data.vendors;
  const { date, asOf, timeZone } = data.dashboard;
  const { cursor, page, against: _, ...filter } = search;
  const isPast = isOver(date, asOf, timeZone);
  const report = reportLink({ date, isPast, page: 'All vendors' }, search, undefined);
  const isFiltered = search.q !== undefined || search.risk !== undefined;
  return (
    <>
      <title>{[...filtersInWords(search), 'Vendors', report.days, 'Goody'].join(' · ')}</title>
      <BackLink />
      <PageHead
        label={report.days}
        title={
          <span role="status">
            {pluralize(pagination.total, 'vendor')}
            {isFiltered && (pagination.total === 1 ? ' matches' : ' match')}
          </span>
        }
        about={<DateBar date={date} isPast={isPast} timeZone={timeZone} search={search} isCompared={false} />}
      />
      <FleetStatus dashboard={data.dashboard} readAt={data.readAt} isPast={isPast} search={search} />
      <section className={styles.section} aria-labelledby="vendors">
        <div className={styles.head}>
          <h2 id="vendors" tabIndex={-1} data-top-of-list>
            Vendors
          </h2>
          <VendorFilters search={search} />
        </div>
        {vendors.length === 0 ? (
          <NoVendorMatches search={search} />
        ) : (
          <>
            <ColumnChoice
              view={view}
              onChange={(view) => {
                keepView(view);
                setView(view);
              }}
            />
            <VendorTable data={data} view={view} search={search} report={report} />
            <Pager items="vendors" nextCursor={pagination.nextCursor} cursor={cursor} page={page}>
              {`${count(vendors.length)} of ${pluralize(pagination.total, 'vendor')}`}
            </Pager>
            <div className={styles.exports}>
              <Exports resource="vendors" filter={{ ...filter, ...sortOf(search) }} />
            </div>
            <ListNotes>
              <b>Reliability</b> is arrived orders out of completed ones in {report.inWords}; the range under it holds
              the true rate with 95 % confidence. Bars and lines go from {vendorScale(data.vendors).low} to 100 %; the
              dotted line is at {lines.atRiskBelow} %, below which a vendor is at risk. <b>On time</b> is out of the
              orders due in these days; an open order past its promise is a miss. <b>Trend</b> is the reliability
              against the days before. Of the open orders, <b>overdue</b> ones are past their promise, <b>unshipped</b>{' '}
              ones past their ship-by and not handed over, and <b>stalled</b> ones on their way without an event for 48
              hours, unless the server is set otherwise; they are counted at that time. <b>–</b> means that there is no
              data.
            </ListNotes>
          </>
        )}
      </section>
    </>
  );
}

/** The filters as parts of a title: `High risk`, `“flowers”`. */
function filtersInWords({ risk, q }: VendorsSearch): string[] {
  const risks = (risk?.split(',') ?? []).map((one) => riskPhrase[one as keyof typeof riskPhrase] ?? one);
  return [...(risks.length === 0 ? [] : [risks.join(', ')]), ...(q === undefined ? [] : [`“${q}”`])];
}
