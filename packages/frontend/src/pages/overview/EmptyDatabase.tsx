import { StateBox } from '../../ui/StateBox';
import styles from './EmptyDatabase.module.css';

/** Nothing was ever told: how to tell something. */
export function EmptyDatabase() {
  return (
    <div className={styles.empty}>
      <StateBox tone="empty" label="Empty database" title="Bring in your order events">
        <dl className={styles.commands}>
          <dt>A file with one event a line</dt>
          <dd>
            <code>goody import FILE.ndjson</code>
          </dd>
          <dt>Three weeks of demo orders</dt>
          <dd>
            <code>goody backfill</code>
          </dd>
          <dt>What happens to the demo orders from now on</dt>
          <dd>
            <code>goody simulate</code>
          </dd>
        </dl>
        <p>
          Or send events to <code>POST /api/orders/events</code>; the <a href="/api/docs">API documentation</a> says
          what an event holds. Then press Refresh.
        </p>
      </StateBox>
    </div>
  );
}
