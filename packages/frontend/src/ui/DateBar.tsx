import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { daysBefore, isoDay, shortDay } from '../format/times';
import { comparisons, windowLabel, windowOf, windows } from '../format/windows';
import type { ReportSearch } from '../routes/reportSearch';
import { CopyButtons } from './CopyButtons';
import styles from './DateBar.module.css';
import { DateInput } from './DateInput';
import { Icon } from './Icon';
import { useDraft } from './useDraft';

type Search = ReportSearch & { asOf?: string; vendorId?: string; cursor?: string; page?: string };

const comparisonLabel = { week: 'a week before', month: '4 weeks before', year: 'a year before' };
const OTHER_DATE = 'date';

/**
 * Which numbers a page shows: the day, the days until then, and what they are compared with; and buttons that copy them. Other filters
 * stay; a list begins again.
 */
export function DateBar({
  date,
  isPast,
  timeZone,
  search,
  name = 'date',
  isCompared = true,
  hasTiles = false,
  leadsTo = '.',
}: {
  date: string;
  isPast: boolean;
  timeZone: string;
  search: ReportSearch;
  /** The parameter of the date. A list as of a date has no window, and is compared with nothing. */
  name?: 'date' | 'asOf';
  /** Whether the page compares its numbers with others. */
  isCompared?: boolean;
  /** Whether the page has numbers on tiles. */
  hasTiles?: boolean;
  /** Where another day leads. A page that is about now leads to the orders that were open then, of the same vendor. */
  leadsTo?: '.' | '/orders';
}) {
  const navigate = useNavigate();
  const isElsewhere = leadsTo !== '.';
  const today = isPast ? isoDay(new Date().toISOString(), timeZone) : date;
  const changed =
    (changes: Search) =>
    (search: Search): Search =>
      isElsewhere
        ? { vendorId: search.vendorId, ...changes }
        : { ...search, ...changes, cursor: undefined, page: undefined };
  const on = (other: string) => changed({ [name]: other < today ? other : undefined });
  const show = (search: (search: Search) => Search) => void navigate({ to: leadsTo, search, resetScroll: isElsewhere });
  const step = (name: string, other: string, icon: 'left' | 'right') => (
    <Link to={leadsTo} search={on(other)} resetScroll={isElsewhere} aria-label={`The day ${name}, ${shortDay(other)}`}>
      <Icon name={icon} />
    </Link>
  );
  const { against = '' } = search;
  const isDate = against !== '' && !(against in comparisons);
  return (
    <nav className={styles.bar} aria-label="Date">
      <span>
        {step('before', daysBefore(date, 1), 'left')}
        <DateField label="Date" value={date} max={today} onChange={(value) => show(on(value))} />
        {isPast && step('after', daysBefore(date, -1), 'right')}
        {isPast && (
          <Link className={styles.today} to="." search={on(today)} resetScroll={false}>
            Show today
          </Link>
        )}
      </span>
      {name === 'date' && (
        <Select
          label="Days"
          value={windowOf(search.window)}
          onChange={(window) => show(changed({ window: window === '7d' ? undefined : window }))}
        >
          {windows.map((window) => (
            <option key={window} value={window}>
              {windowLabel(window)}
            </option>
          ))}
        </Select>
      )}
      {name === 'date' && isCompared && (
        <Select
          label="Against"
          value={isDate ? OTHER_DATE : against}
          onChange={(value) =>
            show(changed({ against: value === OTHER_DATE ? daysBefore(date, 1) : value || undefined }))
          }
        >
          <option value="">the days before</option>
          {Object.entries(comparisonLabel).map(([name, label]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
          <option value={OTHER_DATE}>a date</option>
        </Select>
      )}
      {name === 'date' && isCompared && isDate && (
        <DateField
          label="Against the days to"
          value={against}
          max={today}
          onChange={(against) => show(changed({ against }))}
        />
      )}
      <CopyButtons date={date} hasTiles={hasTiles} />
    </nav>
  );
}

function DateField({
  label,
  value,
  max,
  onChange,
}: {
  label: string;
  value: string;
  max: string;
  onChange: (value: string) => void;
}) {
  const [draft, setDraft] = useDraft(value);
  return (
    <DateInput
      aria-label={label}
      value={draft}
      // While a year is typed, the field has dates of the first centuries.
      min="2000-01-01"
      max={max}
      onChange={({ target }) => {
        setDraft(target.value);
        if (target.value && target.validity.valid) onChange(target.value);
      }}
    />
  );
}

function Select({
  label,
  value,
  onChange,
  children,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {children}
      </select>
    </label>
  );
}
