import type { Status, StatusCounts } from '../api/types';
import { activeStatuses, endedStatuses, statusLabel } from '../format/labels';
import { count } from '../format/numbers';
import styles from './StatusFilter.module.css';
import { StatusIcon } from './StatusIcon';
import { VisuallyHidden } from './VisuallyHidden';

const statuses: Status[] = [...activeStatuses, ...endedStatuses];

/** The valid statuses in `text`. The server rejects a request with others. */
export function statusesIn(text: string | undefined): Status[] {
  const named = new Set(text?.split(','));
  return statuses.filter((status) => named.has(status));
}

/** The status filter. Each status shows the count of its orders that match the other filters. */
export function StatusFilter({
  label,
  counts,
  isLowerBound = false,
  selected: text,
  onSelect,
}: {
  label: string;
  /** Null if the orders are not counted by status. */
  counts: StatusCounts | null;
  /** Whether the counts are lower bounds. */
  isLowerBound?: boolean;
  /** As in the address: separated by commas. */
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
    <div className={styles.counts} data-counted={counts !== null} role="group" aria-label={label}>
      {statuses.map((status) => (
        <button
          className={styles.count}
          key={status}
          type="button"
          data-status={status}
          data-zero={counts?.[status] === 0 || undefined}
          aria-pressed={selected.includes(status)}
          onClick={() => toggle(status)}
        >
          {counts !== null && (
            <b>
              {count(counts[status])}
              {isLowerBound && counts[status] > 0 && (
                <>
                  <span aria-hidden="true">+</span>
                  <VisuallyHidden> or more</VisuallyHidden>
                </>
              )}{' '}
            </b>
          )}
          <StatusIcon status={status} />
          <span>{statusLabel[status]}</span>
        </button>
      ))}
    </div>
  );
}
