import { type FormEvent, useId, useState } from 'react';
import { Button } from '../../ui/Button';
import { DateInput } from '../../ui/DateInput';
import { Icon, SvgIcon } from '../../ui/Icon';
import { useFailedSearch } from '../../ui/usePendingSearch';
import { VendorCombobox } from '../../ui/VendorCombobox';
import { Field } from './Field';
import { type FieldName, fieldsOf, filterOfFields } from './fields';
import { dateLabel } from './filters';
import { MoreFilters } from './MoreFilters';
import styles from './OrdersFilters.module.css';
import { type DateKind, dateKinds, type OrdersFilter, period, periodOf } from './search';

/** The typed texts that are not applied yet. */
type Draft = Partial<Record<FieldName | 'from' | 'to', string>>;

const moreNames = ['unshipped', 'stalled', 'shippedOnTime', 'isRush'] as const;

/** The filters of the list. A selection applies at once, typed text on submit. All only change the address. */
export function OrdersFilters({
  filter,
  vendor,
  timeZone,
  currency,
  onChange,
}: {
  filter: OrdersFilter;
  /** The name of the selected vendor. */
  vendor: string | undefined;
  timeZone: string | null;
  /** The currency of the values in the filter. */
  currency: string;
  onChange: (changes: OrdersFilter) => void;
}) {
  const id = useId();
  const typed = { ...filter, ...useFailedSearch<OrdersFilter>() };
  const key = JSON.stringify(typed);
  const [draft, setDraft] = useState<Draft>({});
  const [seen, setSeen] = useState(key);
  if (seen !== key) {
    setSeen(key);
    setDraft({});
  }
  const [chosen, setChosen] = useState<DateKind>();
  const hasDays = (kind: DateKind) => periodOf(typed, kind).some((day) => day !== undefined);
  const kind = chosen ?? dateKinds.find(hasDays) ?? 'date';
  const fields = fieldsOf(typed, currency);
  const [first, last] = periodOf(typed, kind);
  const [from, to] = [draft.from ?? first ?? '', draft.to ?? last ?? ''];
  const active = filterOfFields(fieldsOf(filter, currency), currency);
  const further =
    Object.values(active).filter((value) => value !== undefined).length +
    moreNames.filter((name) => filter[name] !== undefined).length;
  const [isOpen, setOpen] = useState(false);
  const [isMoreOpen, setMoreOpen] = useState(further > 0);

  /** Includes the typed text: a selection in another field must not lose it. */
  function show(choice: OrdersFilter) {
    onChange({
      ...period(kind, from || undefined, to || undefined),
      ...filterOfFields({ ...fields, ...draft }, currency),
      ...choice,
    });
  }

  /** Moves the days to another date, unless that one has its own. */
  function chooseDate(next: DateKind) {
    setChosen(next);
    if (hasDays(next) || (from === '' && to === '')) return setDraft(({ from: _, to: __, ...rest }) => rest);
    show({ ...period(kind, undefined, undefined), ...period(next, from || undefined, to || undefined) });
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    show({});
  }

  const type = (name: FieldName | 'from' | 'to') => (value: string) => setDraft((all) => ({ ...all, [name]: value }));
  const isChanged = Object.entries(draft).some(
    ([name, value]) =>
      value !== (name === 'from' ? (first ?? '') : name === 'to' ? (last ?? '') : fields[name as FieldName]),
  );

  return (
    <search>
      <button
        className={styles.toggle}
        type="button"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <SvgIcon path="M3 5h14M6 10h8M9 15h2" />
        {isOpen ? 'Hide filters' : 'Change filters'}
      </button>
      <form id={id} className={styles.bar} data-open={isOpen} onSubmit={submit}>
        <div className={styles.cell}>
          <VendorCombobox selected={vendor} onSelect={(vendorId) => show({ vendorId })} />
        </div>
        {/* biome-ignore lint/a11y/useSemanticElements: the legend of a fieldset cannot be in a row with the other labels */}
        <div className={styles.cell} role="group" aria-labelledby={`${id}-dates`}>
          <span className={styles.label} id={`${id}-dates`}>
            Dates{timeZone !== null && <span> ({timeZone} days)</span>}
          </span>
          <div className={styles.days}>
            <select
              aria-label="Which date"
              value={kind}
              onChange={(event) => chooseDate(event.target.value as DateKind)}
            >
              {dateKinds.map((one) => (
                <option key={one} value={one}>
                  {dateLabel[one]}
                </option>
              ))}
            </select>
            <DateInput
              aria-label={`${dateLabel[kind]} from`}
              value={from}
              max={to || undefined}
              onChange={(event) => type('from')(event.target.value)}
            />
            <span aria-hidden="true">to</span>
            <DateInput
              aria-label={`${dateLabel[kind]} until`}
              value={to}
              min={from || undefined}
              onChange={(event) => type('to')(event.target.value)}
            />
          </div>
        </div>
        <Field label="Promise">{(field) => <PromiseSelect id={field} filter={filter} onChange={show} />}</Field>
        <button
          className={styles.more}
          type="button"
          aria-expanded={isMoreOpen}
          aria-controls={`${id}-more`}
          onClick={() => setMoreOpen(!isMoreOpen)}
        >
          More filters
          {further > 0 && <span className={styles.further}>{further}</span>}
          <Icon name={isMoreOpen ? 'ascending' : 'descending'} />
        </button>
        <div className={styles.panel} id={`${id}-more`} hidden={!isMoreOpen}>
          {isMoreOpen && (
            <MoreFilters
              filter={filter}
              fields={{ ...fields, ...draft }}
              currency={currency}
              onType={(name, value) => type(name)(value)}
              onChange={show}
            />
          )}
        </div>
        <div className={styles.send} data-changed={isChanged}>
          <Button type="submit">Apply</Button>
        </div>
      </form>
    </search>
  );
}

/** Whether the promise was kept: of all orders, or as reports count the orders that were due. */
const promises: { name: string; filter: OrdersFilter }[] = [
  { name: 'Late or not', filter: {} },
  { name: 'Late', filter: { delayed: 'true' } },
  { name: 'Not late', filter: { delayed: 'false' } },
  { name: 'Due, on time', filter: { onTime: 'true' } },
  { name: 'Due, not on time', filter: { onTime: 'false' } },
];

function PromiseSelect({
  id,
  filter: { delayed, onTime },
  onChange,
}: {
  id: string;
  filter: OrdersFilter;
  onChange: (changes: OrdersFilter) => void;
}) {
  const current = promises.find(({ filter }) => filter.delayed === delayed && filter.onTime === onTime);
  return (
    <select
      id={id}
      value={current?.name ?? ''}
      onChange={(event) => {
        const chosen = promises.find(({ name }) => name === event.target.value);
        onChange({ delayed: undefined, onTime: undefined, ...chosen?.filter });
      }}
    >
      {current === undefined && <option value="">Several</option>}
      {promises.map(({ name }) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
}
