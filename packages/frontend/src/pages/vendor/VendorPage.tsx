import { ownZone, shortDay } from '../../format/times';
import { StateBox } from '../../ui/StateBox';
import { Timestamp } from '../../ui/Timestamp';
import { ChangeSection } from './ChangeSection';
import { Definitions } from './Definitions';
import { HistorySection } from './HistorySection';
import type { VendorData } from './load';
import { mailTo } from './mail';
import { OverdueOrders } from './OverdueOrders';
import './print.css';
import { RecentIssues } from './RecentIssues';
import { StatusBreakdown } from './StatusBreakdown';
import type { VendorSearch } from './search';
import { VendorHead } from './VendorHead';
import styles from './VendorPage.module.css';
import { VendorTiles } from './VendorTiles';
import { WindowTable } from './WindowTable';

/** One vendor: its numbers compared with the week before, its history, its issues, and the orders to chase. */
export function VendorPage({
  data: { report: vendorReport, history, isPast, overdue, signals },
  search,
}: {
  data: VendorData;
  search: VendorSearch;
}) {
  const { vendor, report, recentIssues } = vendorReport;
  const { timeZone } = history;
  const mail = mailTo({ vendor, overdue, signals, timeZone, asOf: report.asOf });
  const reportLink = { vendorId: vendor.vendorId, date: report.date, isPast, page: vendor.name };
  return (
    <>
      <title>{`${vendor.name}${isPast ? ` · ${shortDay(report.date)}` : ''} · Goody`}</title>
      <VendorHead report={vendorReport} timeZone={timeZone} mail={mail} reportLink={reportLink} />
      {report.updatedAt === null ? (
        <div className={styles.empty}>
          <StateBox tone="empty" label="Nothing here" title="No order of this vendor yet">
            <p>
              {isPast
                ? 'No event of this vendor is from that day or before.'
                : 'The first event of an order of this vendor fills this page. Refresh to see it.'}
            </p>
          </StateBox>
        </div>
      ) : (
        <>
          <ChangeSection signals={signals} vendor={vendor} days={history.days} timeZone={timeZone} page={vendor.name} />
          <VendorTiles report={report} vendor={vendor} reportLink={reportLink} />
          <div className={styles.parts}>
            <div className={styles.main}>
              <HistorySection
                since={signals?.episode?.since ?? null}
                history={history}
                isPast={isPast}
                shown={search.days}
                reportLink={reportLink}
              />
              <StatusBreakdown counts={report.current7d.statusCounts} reportLink={reportLink} />
            </div>
            <div className={styles.orders}>
              <OverdueOrders overdue={overdue} reportLink={reportLink} asOf={report.asOf} />
              <RecentIssues orders={recentIssues} issues={report.current7d.issueCount} reportLink={reportLink} />
            </div>
            <div className={styles.weeks}>
              <WindowTable report={report} reportLink={reportLink} />
              <Definitions />
            </div>
          </div>
        </>
      )}
      <footer className={styles.foot}>
        Data as of <Timestamp instant={report.asOf} />
        {report.updatedAt !== null && (
          <>
            ; latest event of this vendor <Timestamp instant={report.updatedAt} />
          </>
        )}
        . Times are in your time zone ({ownZone}), days in the report time zone ({timeZone}).
      </footer>
    </>
  );
}
