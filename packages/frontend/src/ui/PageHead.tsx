import type { ReactNode } from 'react';
import styles from './PageHead.module.css';

/** The heading of a page with its label, and what the page is about next to it. */
export function PageHead({
  label,
  title,
  about,
  children,
}: {
  label: ReactNode;
  title: ReactNode;
  about?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div>
      <div className={styles.label}>
        <p>{label}</p>
        {about}
      </div>
      <h1 className={styles.title}>{title}</h1>
      {children}
    </div>
  );
}

/** The part of a heading that needs action. */
export function Highlight({ tone = 'bad', children }: { tone?: 'bad' | 'watch'; children: ReactNode }) {
  return (
    <span className={styles.highlight} data-tone={tone}>
      {children}
    </span>
  );
}
