import { type InputHTMLAttributes, type ReactNode, useId } from 'react';
import { Field } from './Field';
import type { FieldName, Fields } from './fields';
import styles from './OrdersFilters.module.css';
import type { OrdersFilter } from './search';

/** The filters that few lists need, in groups. */
export function MoreFilters({
  filter,
  fields,
  currency,
  onType,
  onChange,
}: {
  filter: OrdersFilter;
  /** The shown texts. */
  fields: Fields;
  currency: string;
  onType: (name: FieldName, value: string) => void;
  onChange: (changes: OrdersFilter) => void;
}) {
  const text = (name: FieldName, label: ReactNode, attributes: InputHTMLAttributes<HTMLInputElement>) => (
    <Field label={label}>
      {(id) => (
        <input
          id={id}
          type="text"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          {...attributes}
          value={fields[name]}
          onChange={(event) => onType(name, event.target.value)}
        />
      )}
    </Field>
  );
  const choice = (name: 'unshipped' | 'stalled' | 'shippedOnTime' | 'isRush', label: string, names: string[]) => (
    <Field label={label}>
      {(id) => (
        <select
          id={id}
          value={filter[name] ?? ''}
          onChange={(event) => onChange({ [name]: event.target.value || undefined })}
        >
          {['', 'true', 'false'].map((value, index) => (
            <option key={value} value={value}>
              {names[index]}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
  return (
    <>
      <Group title="To chase">
        {text('overdueDays', <Unit unit="days">Overdue by more than</Unit>, {
          type: 'number',
          min: 0,
          step: 'any',
          placeholder: 'Any',
        })}
        {text('worth', <Unit unit={currency}>Worth from</Unit>, {
          type: 'number',
          min: 0,
          step: 'any',
          placeholder: 'Any',
        })}
        {choice('unshipped', 'Handover', ['Any', 'Unshipped, past ship-by', 'Not unshipped'])}
        {choice('stalled', 'News', ['Any', 'Stalled, without news', 'Not stalled'])}
      </Group>
      <Group title="Order">
        {text('giftType', 'Gift type', {
          placeholder: 'Any gift',
          pattern: '\\s*[a-z0-9\\-]{1,64}\\s*',
          title: 'Lowercase letters, digits and hyphens: photo-frame',
        })}
        {text('carrier', 'Carrier', { placeholder: 'Any carrier' })}
        {text('region', 'Region', { placeholder: 'Any region' })}
        {choice('isRush', 'Delivery', ['Rush or not', 'Rush', 'Not rush'])}
        {text('promiseDays', <Unit unit="days">Promised in</Unit>, { type: 'number', step: 1, placeholder: 'Any' })}
        {choice('shippedOnTime', 'Ship-by', ['Kept or not', 'Handed over in time', 'Not in time'])}
      </Group>
      <Group title="Past">{text('asOf', 'As of the end of', fields.asOf.includes('T') ? {} : { type: 'date' })}</Group>
    </>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    // biome-ignore lint/a11y/useSemanticElements: the legend of a fieldset cannot be in a column next to its fields
    <div className={styles.group} role="group" aria-labelledby={id}>
      <p id={id}>{title}</p>
      {children}
    </div>
  );
}

function Unit({ unit, children }: { unit: string; children: string }) {
  return (
    <>
      {children} <span>({unit})</span>
    </>
  );
}
