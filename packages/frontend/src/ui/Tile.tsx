import { type ReactNode, useId } from 'react';
import styles from './Tile.module.css';

export type Tone = 'good' | 'watch' | 'bad' | 'info' | 'rest';

/** One large number. Its colour repeats what the words beside it say. */
export function Tile({
  label,
  tone,
  value,
  unit,
  children,
}: {
  label: string;
  tone: Tone;
  value: ReactNode;
  unit?: string;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={styles.tile} data-tone={tone} aria-labelledby={id}>
      <h2 className={styles.label} id={id}>
        {label}
      </h2>
      <p className={styles.value}>
        {value}
        {unit && <span className={styles.unit}>{unit}</span>}
      </p>
      <div className={styles.words}>{children}</div>
    </section>
  );
}

export function Tiles({ children }: { children: ReactNode }) {
  return <div className={styles.tiles}>{children}</div>;
}
