import type { ComponentProps } from 'react';
import { shortDay } from '../format/times';
import styles from './DateInput.module.css';

/** The browser's field of a date. Without the focus it shows the date as the rest of the page does. */
export function DateInput(props: ComponentProps<'input'> & { value: string }) {
  return (
    <span className={styles.date}>
      <input type="date" {...props} />
      {props.value && <span aria-hidden="true">{shortDay(props.value)}</span>}
    </span>
  );
}
