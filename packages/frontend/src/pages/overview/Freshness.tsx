import type { Dashboard } from '../../api/types';
import { age, ownZone } from '../../format/times';
import { Icon } from '../../ui/Icon';
import { Timestamp } from '../../ui/Timestamp';
import { useNow } from '../../ui/useNow';
import styles from './Freshness.module.css';

/** The age of the data: that of the server's response, plus the time since then by the client's clock. */
export function Freshness({ dashboard, readAt }: { dashboard: Dashboard; readAt: number }) {
  const now = useNow();
  const { dataFreshness, lastUpdateMinutesAgo } = dashboard.systemHealth;
  const minutesSince = Math.max(0, Math.floor((now - readAt) / 60_000));
  return (
    <p className={styles.freshness} data-freshness={dataFreshness}>
      <Icon name={dataFreshness === 'stale' ? 'warning' : 'clock'} />
      <span>
        Data as of <Timestamp instant={dashboard.asOf} /> ({ownZone})
        {dashboard.timeZone !== ownZone && `, days in ${dashboard.timeZone}`}
        {lastUpdateMinutesAgo !== null && (
          <>
            ; latest event <strong>{age(lastUpdateMinutesAgo + minutesSince)}</strong>
          </>
        )}
        .{dataFreshness === 'stale' && ' No newer event was received.'}
      </span>
    </p>
  );
}
