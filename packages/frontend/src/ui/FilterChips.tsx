import styles from './FilterChips.module.css';
import { Icon } from './Icon';
import { TextButton } from './TextButton';

export interface Chip {
  /** The filter as text. */
  label: string;
  remove: () => void;
}

/** The active filters, each with a button that removes it. */
export function FilterChips({ chips, onClear }: { chips: Chip[]; onClear: () => void }) {
  if (chips.length === 0) return null;

  // The pressed button disappears with its filter, so the focus moves to the list.
  function moveFocus(change: () => void) {
    document.querySelector<HTMLElement>('[data-top-of-list]')?.focus({ preventScroll: true });
    change();
  }

  return (
    <section className={styles.chips} aria-label="Active filters">
      <p className={styles.label}>{chips.length === 1 ? '1 filter' : `${chips.length} filters`}</p>
      <ul>
        {chips.map(({ label, remove }) => (
          <li className={styles.chip} key={label}>
            {label}
            <button type="button" aria-label={`Remove filter: ${label}`} onClick={() => moveFocus(remove)}>
              <Icon name="close" />
            </button>
          </li>
        ))}
        <li className={styles.clear}>
          <TextButton onClick={() => moveFocus(onClear)}>Clear all</TextButton>
        </li>
      </ul>
    </section>
  );
}
