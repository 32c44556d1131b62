import { type ReactNode, useId } from 'react';
import styles from './OrdersFilters.module.css';

/** A cell of the filters: a control below its label. */
export function Field({ label, children }: { label: ReactNode; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className={styles.cell}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      {children(id)}
    </div>
  );
}
