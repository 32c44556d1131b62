import type { Status } from '../api/types';
import { statusLabel } from '../format/labels';
import { StatusIcon } from './StatusIcon';
import styles from './StatusMark.module.css';

/** The status of an order: a tile with an icon, and the label. */
export function StatusMark({ status }: { status: Status }) {
  return (
    <span className={styles.status} data-status={status}>
      <span className={styles.tile}>
        <StatusIcon status={status} />
      </span>
      {statusLabel[status]}
    </span>
  );
}
