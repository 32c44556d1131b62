import type { Change } from '../format/change';
import styles from './ChangeText.module.css';
import { Icon } from './Icon';

/** A change in a sentence: arrow, size and verdict. Where there is nothing to compare with, it says so: `because`. */
export function ChangeText({ change, because }: { change: Change | null; because: string }) {
  if (change === null) return <span className={styles.change}>{because}</span>;
  return (
    <span className={styles.change} data-direction={change.direction}>
      <Icon name={change.direction} />
      <span>
        {change.direction === 'same' ? (
          'No change from the week before'
        ) : (
          <>
            <b>{change.size}</b>
            {change.verdict === null ? ' than' : `, ${change.verdict} than`} the week before
          </>
        )}
      </span>
    </span>
  );
}
