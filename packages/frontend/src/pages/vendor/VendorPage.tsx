import { ownZone } from '../../format/times';
import { Ago } from '../../ui/Ago';
import { At } from '../../ui/At';
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
  data: { report: answer, risk, history, isPast, overdue },
  search,
}: {
  data: VendorData;
  search: VendorSearch;
}) {
  const { vendor, report, recentIssues } = answer;
  return (
    <>
      <title>{`${vendor.name} · Goody`}</title>
      <VendorHead report={answer} risk={risk} isPast={isPast} />
      <VendorTiles report={report} vendor={vendor} risk={risk} />
      <div className={styles.parts}>
        <div className={styles.main}>
          <HistorySection history={history} isPast={isPast} shown={search.days} />
          <StatusBreakdown counts={report.current7d.statusCounts} />
        </div>
        <div className={styles.orders}>
          <OverdueOrders vendorId={vendor.vendorId} overdue={overdue} />
          <RecentIssues vendorId={vendor.vendorId} orders={recentIssues} />
        </div>
        <div className={styles.weeks}>
          <WindowTable report={report} />
          <Definitions />
        </div>
      </div>
      <footer className={styles.foot}>
        Counted up to <At instant={report.asOf} />
        {report.updatedAt === null ? (
          '; no fact about this vendor yet'
        ) : (
          <>
            ; the latest fact about this vendor happened <Ago instant={report.updatedAt} />
          </>
        )}
        . Times are yours ({ownZone}), days those of the report time zone ({history.timeZone}).
      </footer>
    </>
  );
}
