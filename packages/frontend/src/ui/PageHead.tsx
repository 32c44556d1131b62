import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import styles from './PageHead.module.css';

/** The heading of a page is its answer. Over it: what it is about, and the way to today where it is about other days. */
export function PageHead({
  label,
  title,
  isPast = false,
  children,
}: {
  label: ReactNode;
  title: ReactNode;
  isPast?: boolean;
  children?: ReactNode;
}) {
  return (
    <div>
      <p className={styles.label}>
        {label}
        {isPast && (
          <Link
            className={styles.today}
            to="."
            search={(search) => ({ ...search, date: undefined, cursor: undefined, page: undefined })}
          >
            Show today
          </Link>
        )}
      </p>
      <h1 className={styles.title}>{title}</h1>
      {children}
    </div>
  );
}

/** The words of a heading that a person must act on. */
export function Highlight({ tone = 'bad', children }: { tone?: 'bad' | 'watch'; children: ReactNode }) {
  return (
    <span className={styles.highlight} data-tone={tone}>
      {children}
    </span>
  );
}
