import { useEffect, useState } from 'react';
import { ApiError } from '../api/client';
import { loadDashboard } from '../api/fleet';
import type { Dashboard } from '../api/types';
import { age, ownZone, shortDay } from '../format/times';
import type { ReportSearch } from '../routes/reportSearch';
import { changesSince } from './changesSince';
import { Icon } from './Icon';
import styles from './StatusLine.module.css';
import { Timestamp } from './Timestamp';
import { useNow } from './useNow';

/** How often the server is asked whether anything has changed, in milliseconds. */
const PROBE_MS = 60_000;

/**
 * When the page was read, how old its data was then, and what has changed since. The page itself stays as it is until Refresh is pressed.
 * A past date has no freshness of today.
 */
export function StatusLine({
  dashboard,
  readAt,
  isPast,
  search,
}: {
  dashboard: Dashboard;
  readAt: number;
  isPast: boolean;
  search: ReportSearch;
}) {
  const now = useNow();
  const news = useNews(dashboard, search);
  const { dataFreshness, lastUpdateMinutesAgo } = dashboard.systemHealth;
  const minutesSince = Math.max(0, Math.floor((now - readAt) / 60_000));
  const isStale = !isPast && dataFreshness === 'stale';
  return (
    <p className={styles.status} data-freshness={isStale ? 'stale' : undefined}>
      <Icon name={isStale ? 'warning' : 'clock'} />
      <span>
        Read <strong>{age(minutesSince)}</strong>
        {isPast ? (
          `: the numbers at the end of ${shortDay(dashboard.date)}`
        ) : (
          <>
            ; data as of <Timestamp instant={dashboard.asOf} /> ({ownZone})
            {dashboard.timeZone !== ownZone && `, days in ${dashboard.timeZone}`}
            {lastUpdateMinutesAgo !== null && (
              <>
                ; latest event then <strong>{age(lastUpdateMinutesAgo)}</strong>
              </>
            )}
          </>
        )}
        .{isStale && ' No newer event had been received.'} <span role="status">{news}</span>
      </span>
    </p>
  );
}

/** What has changed since the page was read, in words; nothing before the first answer. */
function useNews(shown: Dashboard, search: ReportSearch): string {
  const [news, setNews] = useState<{ of: Dashboard; text: string } | null>(null);
  const { date, window } = search;
  useEffect(() => {
    const controller = new AbortController();
    const timer = setInterval(async () => {
      if (document.hidden) return;
      try {
        const { dashboard } = await loadDashboard({ date, window }, controller.signal);
        setNews({ of: shown, text: changesSince(shown, dashboard) });
      } catch (error) {
        if (controller.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        setNews({ of: shown, text: 'Whether anything has changed since is not known: the server does not respond.' });
      }
    }, PROBE_MS);
    return () => {
      controller.abort();
      clearInterval(timer);
    };
  }, [shown, date, window]);
  return news?.of === shown ? news.text : '';
}
