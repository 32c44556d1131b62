import type { Change } from '../format/change';
import styles from './ChangeText.module.css';
import { Icon } from './Icon';

/** A change in a sentence: arrow, size and verdict. `reason` states why there is none. */
export function ChangeText({
  change,
  reason,
  comparedTo,
}: {
  change: Change | null;
  reason: string;
  /** What it is a change from: `the week before`. */
  comparedTo: string;
}) {
  if (change === null) return <span className={styles.change}>{reason}</span>;
  return (
    <span className={styles.change} data-direction={change.direction}>
      <Icon name={change.direction} />
      <span>
        {change.direction === 'same' ? (
          `No change from ${comparedTo}`
        ) : (
          <>
            <b>{change.size}</b>
            {change.verdict === null ? ' than' : `, ${change.verdict} than`} {comparedTo}
          </>
        )}
      </span>
    </span>
  );
}
