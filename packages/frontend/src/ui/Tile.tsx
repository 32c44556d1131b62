import { type ReactNode, useId } from 'react';
import { Icon } from './Icon';
import styles from './Tile.module.css';

export type Tone = 'good' | 'watch' | 'bad' | 'info' | 'rest';

/** One large number. Its colour has the same meaning as the text next to it. */
export function Tile({
  label,
  link,
  tone,
  value,
  unit,
  chart,
  children,
}: {
  label: string;
  /** The label as a link to the counted items; it covers the whole tile. */
  link?: (label: string) => ReactNode;
  tone: Tone;
  value: ReactNode;
  unit?: string;
  /** The history, at the bottom of the tile. */
  chart?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={styles.tile} data-tile data-tone={tone} aria-labelledby={id}>
      <h2 className={styles.label} id={id}>
        {link ? link(label) : label}
        {link && <Icon name="right" />}
      </h2>
      <p className={styles.value} data-value>
        {value}
        {unit && <span className={styles.unit}>{unit}</span>}
      </p>
      <div className={styles.text} data-notes>
        {children}
      </div>
      {chart && <div className={styles.chart}>{chart}</div>}
    </section>
  );
}

export function Tiles({ children }: { children: ReactNode }) {
  return <div className={styles.tiles}>{children}</div>;
}
