import { Link, useNavigate } from '@tanstack/react-router';
import { daysBefore, isoDay, shortDay } from '../format/times';
import styles from './DateBar.module.css';
import { Icon } from './Icon';

interface Search {
  date?: string;
}

/** The day that a page is about: the days next to it, any other, and today. Other filters stay; a list begins again. */
export function DateBar({ date, timeZone }: { date: string; timeZone: string }) {
  const navigate = useNavigate();
  const today = isoDay(new Date().toISOString(), timeZone);
  const isPast = date < today;
  const on = (other: string) => (search: Search) => ({
    ...search,
    date: other < today ? other : undefined,
    cursor: undefined,
    page: undefined,
  });
  const step = (name: string, other: string, icon: 'left' | 'right') => (
    <Link to="." search={on(other)} aria-label={`The day ${name}, ${shortDay(other)}`}>
      <Icon name={icon} />
    </Link>
  );
  return (
    <nav className={styles.bar} aria-label="Date">
      {step('before', daysBefore(date, 1), 'left')}
      <input
        key={date}
        type="date"
        aria-label="Date"
        defaultValue={date}
        // While a year is typed, the field has dates of the first centuries.
        min="2000-01-01"
        max={today}
        onChange={({ target: { value, validity } }) => {
          if (value && validity.valid) void navigate({ to: '.', search: on(value) });
        }}
      />
      {isPast && step('after', daysBefore(date, -1), 'right')}
      {isPast && (
        <Link className={styles.today} to="." search={on(today)}>
          Show today
        </Link>
      )}
    </nav>
  );
}
