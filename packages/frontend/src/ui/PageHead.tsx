import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import styles from './PageHead.module.css';

/** The heading of a page with its label, and a link to today if the page is about the past. */
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

/** The part of a heading that needs action. */
export function Highlight({ tone = 'bad', children }: { tone?: 'bad' | 'watch'; children: ReactNode }) {
  return (
    <span className={styles.highlight} data-tone={tone}>
      {children}
    </span>
  );
}
