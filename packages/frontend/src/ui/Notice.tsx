import { useLocation, useRouter } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { type FailedRefresh, useFailedRefresh } from '../routes/keepShown';
import { Button } from './Button';
import { errorMessage } from './errorMessage';
import { Icon } from './Icon';
import styles from './Notice.module.css';
import { RelativeTime } from './RelativeTime';

function subscribe(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}

/** States that the page could not be loaded or refreshed: the age of the shown data, and the cause. */
export function Notice() {
  const router = useRouter();
  const pathname = useLocation({ select: (location) => location.pathname });
  const isOnline = useSyncExternalStore(subscribe, () => navigator.onLine);
  const refresh = useFailedRefresh();
  const failed = refresh?.pathname === pathname ? refresh : null;

  function retry({ target }: FailedRefresh) {
    if (target === null) void router.invalidate({ sync: true });
    else router.history.push(target.href, target.state);
  }

  return (
    <div className={styles.region} role="status" data-stale={failed !== null || !isOnline || undefined}>
      {failed !== null && (
        <div className={styles.notice} data-tone="watch">
          <Icon name="warning" />
          <div>
            <p>
              <b>
                {failed.target !== null && 'Your last choice could not be loaded. '}
                This data was loaded <RelativeTime instant={new Date(failed.readAt).toISOString()} />.
              </b>{' '}
              {isOnline
                ? `${failed.target === null ? 'Refreshing' : 'Loading'} failed: ${errorMessage(failed.error)}`
                : 'You are offline.'}
            </p>
            <p className={styles.reference}>
              Reference <code>{failed.error.correlationId}</code>
            </p>
          </div>
          <Button icon="refresh" onClick={() => retry(failed)}>
            Try again
          </Button>
        </div>
      )}
      {failed === null && !isOnline && (
        <div className={styles.notice} data-tone="watch">
          <Icon name="warning" />
          <p>
            <b>You are offline.</b> The page cannot refresh.
          </p>
        </div>
      )}
    </div>
  );
}
