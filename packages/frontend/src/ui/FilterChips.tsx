import styles from './FilterChips.module.css';
import { Icon } from './Icon';
import { TextButton } from './TextButton';

export interface Chip {
  /** What the filter leaves, in words. */
  label: string;
  remove: () => void;
}

/** Every filter that is on, once more, each with a way to drop it. */
export function FilterChips({ chips, onClear }: { chips: Chip[]; onClear: () => void }) {
  if (chips.length === 0) return null;

  // The button that was pressed goes away with its filter. The keyboard goes on at the list that it changed.
  function after(change: () => void) {
    document.querySelector<HTMLElement>('[data-top-of-list]')?.focus({ preventScroll: true });
    change();
  }

  return (
    <section className={styles.chips} aria-label="Filters that are on">
      <p className={styles.label}>{chips.length === 1 ? '1 filter' : `${chips.length} filters`}</p>
      <ul>
        {chips.map(({ label, remove }) => (
          <li className={styles.chip} key={label}>
            {label}
            <button type="button" aria-label={`Remove filter: ${label}`} onClick={() => after(remove)}>
              <Icon name="close" />
            </button>
          </li>
        ))}
        <li className={styles.clear}>
          <TextButton onClick={() => after(onClear)}>Clear all</TextButton>
        </li>
      </ul>
    </section>
  );
}
