import { StateBox } from '../../ui/StateBox';
import styles from './EmptyDatabase.module.css';

/** Nothing was ever told: how to tell something. */
export function EmptyDatabase() {
  return (
    <div className={styles.empty}>
      <StateBox tone="empty" label="Empty database" title="Bring in your order events">
        <p>Import a file with one order event a line:</p>
        <p>
          <code>goody import FILE.ndjson</code>
        </p>
        <p>
          Or send events to <code>POST /api/orders/events</code>; the <a href="/api/docs">API documentation</a> says
          what an event holds. Then press Refresh.
        </p>
      </StateBox>
    </div>
  );
}
