import { StateBox } from '../../ui/StateBox';
import styles from './EmptyDatabase.module.css';

/** The database has no events: how to add some. */
export function EmptyDatabase() {
  return (
    <div className={styles.empty}>
      <StateBox tone="empty" label="Empty database" title="Import your order events">
        <dl className={styles.commands}>
          <dt>A file with one event per line</dt>
          <dd>
            <code>goody import FILE.ndjson</code>
          </dd>
          <dt>Three weeks of demo orders</dt>
          <dd>
            <code>goody backfill</code>
          </dd>
          <dt>Live events of the demo orders</dt>
          <dd>
            <code>goody simulate</code>
          </dd>
        </dl>
        <p>
          Or send events to <code>POST /api/orders/events</code>; the <a href="/api/docs">API documentation</a>{' '}
          describes an event. Then press Refresh.
        </p>
      </StateBox>
    </div>
  );
}
