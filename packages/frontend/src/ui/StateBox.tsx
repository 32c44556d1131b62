import type { ReactNode } from 'react';
import styles from './StateBox.module.css';

/** Takes the place of missing content: the reason and the next step. */
export function StateBox({
  tone,
  label,
  title,
  level = 2,
  children,
}: {
  tone: 'bad' | 'info' | 'empty';
  label: string;
  title: string;
  /** 1 if the page shows nothing else. */
  level?: 1 | 2;
  children: ReactNode;
}) {
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <section className={styles.box} data-tone={tone} role={tone === 'bad' ? 'alert' : undefined}>
      <p className={styles.label}>{label}</p>
      <Heading className={styles.title}>{title}</Heading>
      {children}
    </section>
  );
}
