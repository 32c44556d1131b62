import type { ReactNode } from 'react';
import { loadDashboard } from '../api/fleet';
import type { Dashboard } from '../api/types';
import { age, ownZone, shortDay } from '../format/times';
import type { ReportSearch } from '../routes/reportSearch';
import { countedOfFleet } from './changesSince';
import { Icon } from './Icon';
import styles from './StatusLine.module.css';
import { Timestamp } from './Timestamp';
import { useNews } from './useNews';
import { useNow } from './useNow';

/** The status line of the numbers of all vendors. */
export function FleetStatus({
  dashboard,
  readAt,
  isPast,
  search: { date, window },
}: {
  dashboard: Dashboard;
  readAt: number;
  isPast: boolean;
  search: ReportSearch;
}) {
  const { dataFreshness, lastUpdateMinutesAgo } = dashboard.systemHealth;
  const news = useNews(
    dashboard,
    countedOfFleet,
    async (signal) => (await loadDashboard({ date, window }, signal)).dashboard,
  );
  const isStale = !isPast && dataFreshness === 'stale';
  return (
    <StatusLine {...dashboard} readAt={readAt} isPast={isPast} isStale={isStale} news={news}>
      {lastUpdateMinutesAgo !== null && (
        <>
          ; latest event then <strong>{age(lastUpdateMinutesAgo)}</strong>
        </>
      )}
    </StatusLine>
  );
}

/**
 * When the page was read, how old its data was then, and what has changed since. The page itself stays as it is until Refresh is pressed.
 * A past date has no freshness of today.
 */
export function StatusLine({
  date,
  asOf,
  timeZone,
  readAt,
  isPast,
  isStale = false,
  news,
  children,
}: {
  date: string;
  asOf: string;
  timeZone: string;
  /** In milliseconds of the client's clock. */
  readAt: number;
  isPast: boolean;
  isStale?: boolean;
  news: string;
  /** The age of the latest event, unless the day is over. */
  children: ReactNode;
}) {
  const minutesSince = (useNow() - readAt) / 60_000;
  return (
    <p className={styles.status} data-freshness={isStale ? 'stale' : undefined}>
      <Icon name={isStale ? 'warning' : 'clock'} />
      <span>
        Read <strong>{age(minutesSince)}</strong>
        {isPast ? (
          `: the numbers at the end of ${shortDay(date)}`
        ) : (
          <>
            ; data as of <Timestamp instant={asOf} /> ({ownZone}){timeZone !== ownZone && `, days in ${timeZone}`}
            {children}
          </>
        )}
        .{isStale && ' Nothing newer had come in.'} <span role="status">{news}</span>
      </span>
    </p>
  );
}
