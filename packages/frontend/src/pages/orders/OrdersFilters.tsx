import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { Button } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import { useDraft } from '../../ui/useDraft';
import { useFailedSearch } from '../../ui/usePendingSearch';
import { VendorCombobox } from '../../ui/VendorCombobox';
import styles from './OrdersFilters.module.css';
import type { OrdersFilter } from './search';

/** Vendor, days, promise and gift type. A selection applies at once, typed text on submit. All only change the address. */
export function OrdersFilters({
  filter,
  vendor,
  timeZone,
  onChange,
}: {
  filter: OrdersFilter;
  /** The name of the selected vendor. */
  vendor: string | undefined;
  timeZone: string | null;
  onChange: (changes: OrdersFilter) => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const typed = { ...filter, ...useFailedSearch<OrdersFilter>() };
  const [dateFrom, setDateFrom] = useDraft(typed.dateFrom ?? '');
  const [dateTo, setDateTo] = useDraft(typed.dateTo ?? '');
  const [giftType, setGiftType] = useDraft(typed.giftType ?? '');
  const isChanged =
    dateFrom !== (filter.dateFrom ?? '') || dateTo !== (filter.dateTo ?? '') || giftType !== (filter.giftType ?? '');

  /** Includes the typed text: a selection in another field must not lose it. */
  function show(choice: OrdersFilter) {
    onChange({
      dateFrom: dateFrom === '' ? undefined : dateFrom,
      dateTo: dateTo === '' ? undefined : dateTo,
      giftType: giftType.trim() === '' ? undefined : giftType.trim(),
      ...choice,
    });
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    show({});
  }

  return (
    <search>
      <button
        className={styles.toggle}
        type="button"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="filter" />
        {isOpen ? 'Hide filters' : 'Change filters'}
      </button>
      <form className={styles.bar} id={id} data-open={isOpen} onSubmit={submit}>
        <div className={styles.cell}>
          <VendorCombobox selected={vendor} onSelect={(vendorId) => show({ vendorId })} />
        </div>
        {/* biome-ignore lint/a11y/useSemanticElements: the legend of a fieldset cannot be in a row with the other labels */}
        <div className={styles.cell} role="group" aria-labelledby={`${id}-placed`}>
          <span className={styles.label} id={`${id}-placed`}>
            Placed{timeZone !== null && <span> ({timeZone} days)</span>}
          </span>
          <div className={styles.days}>
            <input
              type="date"
              aria-label="Placed from"
              value={dateFrom}
              max={dateTo === '' ? undefined : dateTo}
              onChange={(event) => setDateFrom(event.target.value)}
            />
            <span aria-hidden="true">to</span>
            <input
              type="date"
              aria-label="Placed until"
              value={dateTo}
              min={dateFrom === '' ? undefined : dateFrom}
              onChange={(event) => setDateTo(event.target.value)}
            />
          </div>
        </div>
        <Field label="Promise">
          {(field) => (
            <select
              id={field}
              value={filter.delayed ?? ''}
              onChange={(event) => show({ delayed: event.target.value === '' ? undefined : event.target.value })}
            >
              <option value="">Late or not</option>
              <option value="true">Late</option>
              <option value="false">Not late</option>
            </select>
          )}
        </Field>
        <Field label="Gift type">
          {(field) => (
            <input
              id={field}
              type="text"
              placeholder="Any gift"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              pattern="\s*[a-z0-9\-]{1,64}\s*"
              title="Lowercase letters, digits and hyphens: photo-frame"
              value={giftType}
              onChange={(event) => setGiftType(event.target.value)}
            />
          )}
        </Field>
        <div className={styles.send} data-changed={isChanged}>
          <Button type="submit">Apply</Button>
        </div>
      </form>
    </search>
  );
}

function Field({ label, children }: { label: string; children: (id: string) => ReactNode }) {
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
