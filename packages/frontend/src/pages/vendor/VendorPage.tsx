import { get } from '../../api/client';
import { isolated } from '../../format/names';
import { StateBox } from '../../ui/StateBox';
import { StatusLine } from '../../ui/StatusLine';
import { Timestamp } from '../../ui/Timestamp';
import { useNews } from '../../ui/useNews';
import { reportLink } from '../orders/CountLink';
import { ChangeSection } from './ChangeSection';
import { countedOfVendor } from './countedOfVendor';
import { Definitions } from './Definitions';
import { HistorySection } from './HistorySection';
import { leftTheWindow } from './leftTheWindow';
import type { VendorData } from './load';
import { OverdueOrders } from './OverdueOrders';
import { RecentIssues } from './RecentIssues';
import { StatusBreakdown } from './StatusBreakdown';
import type { VendorSearch } from './search';
import { VendorHead } from './VendorHead';
import styles from './VendorPage.module.css';
import { VendorTiles } from './VendorTiles';
import { WindowTable } from './WindowTable';

/** One vendor: its numbers compared with others, its history, its issues, and the orders to chase. */
export function VendorPage({
  data: { report: vendorReport, numbers, history, isPast, dayBefore, comparedDate, overdue, signals, readAt },
  search,
}: {
  data: VendorData;
  search: VendorSearch;
}) {
  const { vendor, report, recentIssues, lines } = vendorReport;
  const { timeZone } = history;
  const { vendorId, name } = vendor;
  const news = useNews(report, countedOfVendor, async (signal) => {
    const query = { date: search.date, window: search.window };
    return (await get('/vendors/{id}/report', { path: { id: vendorId }, query }, signal)).report;
  });
  const shown = reportLink({ vendorId, date: report.date, isPast, page: name }, search, comparedDate);
  return (
    <>
      <title>{`${isolated(name)} · ${shown.days} · Goody`}</title>
      <VendorHead
        report={vendorReport}
        news={leftTheWindow(report, dayBefore, history.days)}
        timeZone={timeZone}
        search={search}
        reportLink={shown}
      />
      <StatusLine {...report} timeZone={timeZone} readAt={readAt} isPast={isPast} news={news}>
        {report.updatedAt !== null && (
          <>
            ; latest event of this vendor <Timestamp instant={report.updatedAt} />
          </>
        )}
      </StatusLine>
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
          <VendorTiles report={report} numbers={numbers} vendor={vendor} reportLink={shown} />
          <div className={styles.parts}>
            <div className={styles.main}>
              <HistorySection
                since={signals?.episode?.since ?? null}
                target={lines.atRiskBelow}
                history={history}
                isPast={isPast}
                shown={search.days}
                reportLink={shown}
              />
              <StatusBreakdown counts={numbers.current.statusCounts} reportLink={shown} />
            </div>
            <div className={styles.orders}>
              <OverdueOrders overdue={overdue} reportLink={shown} asOf={report.asOf} />
              <RecentIssues orders={recentIssues} issues={numbers.current.issueCount} reportLink={shown} />
            </div>
            <div className={styles.weeks}>
              <WindowTable numbers={numbers} reportLink={shown} />
              <Definitions lines={lines} />
            </div>
          </div>
        </>
      )}
    </>
  );
}
