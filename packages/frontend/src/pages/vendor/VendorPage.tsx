import { useLocation } from '@tanstack/react-router';
import { ownZone } from '../../format/times';
import { StateBox } from '../../ui/StateBox';
import { Timestamp } from '../../ui/Timestamp';
import { Definitions } from './Definitions';
import { HistorySection } from './HistorySection';
import type { VendorData } from './load';
import { OverdueOrders } from './OverdueOrders';
import './print.css';
import { RecentIssues } from './RecentIssues';
import { StatusBreakdown } from './StatusBreakdown';
import type { VendorSearch } from './search';
import { VendorHead } from './VendorHead';
import styles from './VendorPage.module.css';
import { VendorTiles } from './VendorTiles';
import { WindowTable } from './WindowTable';

/** One vendor: how it does, against the week before and over the months, what went wrong, and which orders to chase. */
export function VendorPage({
  data: { report: vendorReport, risk, history, isPast, overdue },
  search,
}: {
  data: VendorData;
  search: VendorSearch;
}) {
  const { vendor, report, recentIssues } = vendorReport;
  const href = useLocation({ select: (location) => location.href });
  // What this page opens leads back to it.
  const openedFrom = { href, name: vendor.name };
  return (
    <>
      <title>{`${vendor.name} · Goody`}</title>
      <VendorHead report={vendorReport} risk={risk} isPast={isPast} openedFrom={openedFrom} />
      {report.updatedAt === null ? (
        <div className={styles.empty}>
          <StateBox tone="empty" label="Nothing here" title="No order of this vendor yet">
            <p>
              {isPast
                ? 'No fact about this vendor is of that day or before.'
                : 'The first event of an order that names this vendor fills this page. Refresh shows it.'}
            </p>
          </StateBox>
        </div>
      ) : (
        <>
          <VendorTiles report={report} vendor={vendor} risk={risk} />
          <div className={styles.parts}>
            <div className={styles.main}>
              <HistorySection history={history} isPast={isPast} shown={search.days} />
              <StatusBreakdown counts={report.current7d.statusCounts} isPast={isPast} />
            </div>
            <div className={styles.orders}>
              <OverdueOrders vendorId={vendor.vendorId} overdue={overdue} openedFrom={openedFrom} />
              <RecentIssues vendorId={vendor.vendorId} orders={recentIssues} openedFrom={openedFrom} />
            </div>
            <div className={styles.weeks}>
              <WindowTable report={report} />
              <Definitions />
            </div>
          </div>
        </>
      )}
      <footer className={styles.foot}>
        Counted up to <Timestamp instant={report.asOf} />
        {report.updatedAt !== null && (
          <>
            ; the latest fact about this vendor is of <Timestamp instant={report.updatedAt} />
          </>
        )}
        . Times are yours ({ownZone}), days those of the report time zone ({history.timeZone}).
      </footer>
    </>
  );
}
