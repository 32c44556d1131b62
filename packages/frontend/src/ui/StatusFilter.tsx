import type { Status, StatusCounts } from '../api/types';
import { activeStatuses, endedStatuses, statusLabel } from '../format/labels';
import { count } from '../format/numbers';
import styles from './StatusFilter.module.css';
import { StatusIcon } from './StatusIcon';
import { VisuallyHidden } from './VisuallyHidden';

const statuses: Status[] = [...activeStatuses, ...endedStatuses];

/** The statuses that the address names. What it names else is for the server to refuse. */
export function statusesIn(text: string | undefined): Status[] {
  const named = new Set(text?.split(','));
  return statuses.filter((status) => named.has(status));
}

/** Nine counts that are the status filter. They count what the other filters leave, so that each says what pressing it would show. */
export function StatusFilter({
  label,
  counts,
  isLowerBound = false,
  selected: text,
  onSelect,
}: {
  label: string;
  counts: StatusCounts;
  /** Counting stopped before the end. */
  isLowerBound?: boolean;
  /** As in the address: joined by commas. */
  selected: string | undefined;
  onSelect: (selected: string | undefined) => void;
}) {
  const selected = statusesIn(text);

  function toggle(status: Status) {
    const next = statuses.filter((one) => (one === status ? !selected.includes(one) : selected.includes(one)));
    onSelect(next.length === 0 ? undefined : next.join(','));
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a grid of equal blocks in every browser
    <div className={styles.counts} role="group" aria-label={label}>
      {statuses.map((status) => (
        <button
          className={styles.count}
          key={status}
          type="button"
          data-status={status}
          data-zero={counts[status] === 0 || undefined}
          aria-pressed={selected.includes(status)}
          onClick={() => toggle(status)}
        >
          <b>
            {count(counts[status])}
            {isLowerBound && counts[status] > 0 && (
              <>
                <span aria-hidden="true">+</span>
                <VisuallyHidden> or more</VisuallyHidden>
              </>
            )}{' '}
          </b>
          <StatusIcon status={status} />
          <span>{statusLabel[status]}</span>
        </button>
      ))}
    </div>
  );
}
