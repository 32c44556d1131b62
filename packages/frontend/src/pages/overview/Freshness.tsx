import type { Dashboard } from '../../api/types';
import { age, ownZone } from '../../format/times';
import { Icon } from '../../ui/Icon';
import { Timestamp } from '../../ui/Timestamp';
import { useNow } from '../../ui/useNow';
import styles from './Freshness.module.css';

/** How old the numbers are. The age grows while the page stays open, by the reader's clock, from what the server said. */
export function Freshness({ dashboard, readAt }: { dashboard: Dashboard; readAt: number }) {
  const now = useNow();
  const { dataFreshness, lastUpdateMinutesAgo } = dashboard.systemHealth;
  const minutesSince = Math.max(0, Math.floor((now - readAt) / 60_000));
  return (
    <p className={styles.freshness} data-freshness={dataFreshness}>
      <Icon name={dataFreshness === 'stale' ? 'warning' : 'clock'} />
      <span>
        Data as of <Timestamp instant={dashboard.asOf} /> ({ownZone})
        {dashboard.timeZone !== ownZone && `, days are those of ${dashboard.timeZone}`}
        {lastUpdateMinutesAgo !== null && (
          <>
            ; latest fact <strong>{age(lastUpdateMinutesAgo + minutesSince)}</strong>
          </>
        )}
        .{dataFreshness === 'stale' && ' Nothing newer has been told.'}
      </span>
    </p>
  );
}
