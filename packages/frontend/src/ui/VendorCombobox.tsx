import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { ApiError, get } from '../api/client';
import type { VendorRow } from '../api/types';
import { Icon } from './Icon';
import styles from './VendorCombobox.module.css';
import { VisuallyHidden } from './VisuallyHidden';

/** The search starts this long after the last key, in milliseconds. */
const SEARCH_DELAY_MS = 150;
/** Vendors in the list. */
const LIMIT = '8';

type SearchResult = { vendors: VendorRow[]; isAll: boolean } | 'failed' | null;

/**
 * Selects a vendor by a part of its name, id or category. The server searches for the typed text, and only a listed vendor can
 * be selected. The keys are those of the WAI-ARIA combobox with a list: the arrows move, Enter selects, Escape closes.
 */
export function VendorCombobox({
  selected,
  onSelect,
}: {
  /** The name of the selected vendor. */
  selected: string | undefined;
  onSelect: (vendorId: string | undefined) => void;
}) {
  const id = useId();
  const [text, setText] = useState(selected ?? '');
  const [shown, setShown] = useState(selected);
  const [searchText, setSearchText] = useState<string | null>(null);
  const [result, setResult] = useState<SearchResult>(null);
  const [active, setActive] = useState(-1);
  const list = useRef<HTMLDivElement>(null);

  // The text follows the vendor in the address, which other controls can change, too.
  if (shown !== selected) {
    setShown(selected);
    setText(selected ?? '');
    setSearchText(null);
  }

  useEffect(() => {
    if (searchText === null) return;
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const query = { q: searchText === '' ? undefined : searchText, limit: LIMIT, sortBy: 'name' };
        const { vendors, pagination } = await get('/api/vendors', { query }, controller.signal);
        setResult({ vendors, isAll: !pagination.hasMore });
      } catch (error) {
        if (controller.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        setResult('failed');
      }
    }, SEARCH_DELAY_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [searchText]);

  const isOpen = searchText !== null && result !== null;
  const options = isOpen && result !== 'failed' ? result.vendors : [];
  const idOf = (index: number) => `${id}-${index}`;

  function search(input: string) {
    setActive(-1);
    setResult(null);
    setSearchText(input.trim());
  }

  function close() {
    setSearchText(null);
    setResult(null);
    setActive(-1);
  }

  function select(vendor: VendorRow) {
    setText(vendor.name);
    close();
    onSelect(vendor.vendorId);
  }

  function handleBlur() {
    close();
    // Only a listed vendor can be the filter, so the selected one replaces other text.
    if (text.trim() !== '') setText(selected ?? '');
    else if (selected !== undefined) onSelect(undefined);
  }

  function moveActive(step: 1 | -1) {
    if (searchText === null) search(text === selected ? '' : text);
    else if (options.length > 0) {
      const next = (active + step + options.length) % options.length;
      const index = active === -1 && step === -1 ? options.length - 1 : next;
      setActive(index);
      list.current?.children[index]?.scrollIntoView({ block: 'nearest' });
    }
  }

  function handleKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (event.nativeEvent.isComposing) return;
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp':
        event.preventDefault();
        moveActive(event.key === 'ArrowDown' ? 1 : -1);
        break;
      case 'Enter': {
        // The typed text is not a vendor yet, so Enter must not submit the form.
        event.preventDefault();
        const vendor = options[active] ?? (options.length === 1 ? options[0] : undefined);
        if (vendor !== undefined) select(vendor);
        else if (text.trim() === '' && selected !== undefined) onSelect(undefined);
        break;
      }
      case 'Escape':
        if (searchText === null && text === (selected ?? '')) break;
        event.preventDefault();
        setText(selected ?? '');
        close();
        break;
    }
  }

  return (
    <div className={styles.combobox}>
      <label className={styles.label} htmlFor={id}>
        Vendor
      </label>
      <div className={styles.input}>
        <Icon name="search" />
        <input
          id={id}
          type="text"
          role="combobox"
          autoComplete="off"
          spellCheck={false}
          placeholder="Any vendor"
          aria-autocomplete="list"
          aria-expanded={options.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={active >= 0 ? idOf(active) : undefined}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            search(event.target.value);
          }}
          onFocus={(event) => event.target.select()}
          onKeyDown={handleKeyDown}
          onBlur={handleBlur}
        />
      </div>
      <div className={styles.popup} hidden={!isOpen}>
        <div id={`${id}-list`} className={styles.list} role="listbox" aria-label="Vendors" ref={list}>
          {options.map((vendor, index) => (
            // The focus stays in the text field, which points at the option by `aria-activedescendant`.
            // biome-ignore lint/a11y/useKeyWithClickEvents: see above
            <div
              key={vendor.vendorId}
              id={idOf(index)}
              role="option"
              aria-selected={index === active}
              tabIndex={-1}
              // The text field keeps the focus: without it the list would close before the click.
              onMouseDown={(event) => event.preventDefault()}
              onMouseMove={() => setActive(index)}
              onClick={() => select(vendor)}
            >
              <b>{vendor.name}</b>
              {vendor.name !== vendor.vendorId && <small>{vendor.vendorId}</small>}
            </div>
          ))}
        </div>
        {isOpen && options.length === 0 && <p className={styles.note}>{resultText(result)}</p>}
        {isOpen && result !== 'failed' && !result.isAll && (
          <p className={styles.note}>More vendors match. Keep typing.</p>
        )}
      </div>
      <VisuallyHidden>
        <span role="status">{isOpen && resultText(result)}</span>
      </VisuallyHidden>
    </div>
  );
}

function resultText(result: Exclude<SearchResult, null>): string {
  if (result === 'failed') return 'Vendors cannot be searched right now.';
  if (result.vendors.length === 0) return 'No vendor has this in its name, id or category.';
  return `${result.vendors.length}${result.isAll ? '' : ' or more'} ${result.vendors.length === 1 ? 'vendor' : 'vendors'}`;
}
