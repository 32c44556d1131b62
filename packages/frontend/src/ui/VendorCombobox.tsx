import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { ApiError, get } from '../api/client';
import type { VendorRow } from '../api/types';
import { Icon } from './Icon';
import styles from './VendorCombobox.module.css';
import { VisuallyHidden } from './VisuallyHidden';

/** So long nothing may be typed before it is asked, in milliseconds. */
const PAUSE = 150;
/** Vendors that are offered at once. */
const LIMIT = '8';

type Found = { vendors: VendorRow[]; isAll: boolean } | 'failed' | null;

/**
 * A vendor by a part of its name, id or category. What is typed is asked of the server, and only a vendor that was offered can be
 * chosen. The keyboard is that of the WAI-ARIA combobox with a list: the arrows go through it, Enter chooses, Escape closes.
 */
export function VendorCombobox({
  chosen,
  onChoose,
}: {
  /** What the chosen vendor is called. */
  chosen: string | undefined;
  onChoose: (vendorId: string | undefined) => void;
}) {
  const id = useId();
  const [text, setText] = useState(chosen ?? '');
  const [shown, setShown] = useState(chosen);
  const [asked, setAsked] = useState<string | null>(null);
  const [found, setFound] = useState<Found>(null);
  const [active, setActive] = useState(-1);
  const list = useRef<HTMLDivElement>(null);

  // Another vendor in the address, chosen here or elsewhere, is shown here.
  if (shown !== chosen) {
    setShown(chosen);
    setText(chosen ?? '');
    setAsked(null);
  }

  useEffect(() => {
    if (asked === null) return;
    const wanted = new AbortController();
    const pause = setTimeout(async () => {
      try {
        const query = { q: asked === '' ? undefined : asked, limit: LIMIT, sortBy: 'name' };
        const { vendors, pagination } = await get('/api/vendors', { query }, wanted.signal);
        setFound({ vendors, isAll: !pagination.hasMore });
      } catch (error) {
        if (wanted.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        setFound('failed');
      }
    }, PAUSE);
    return () => {
      clearTimeout(pause);
      wanted.abort();
    };
  }, [asked]);

  const isOpen = asked !== null && found !== null;
  const options = isOpen && found !== 'failed' ? found.vendors : [];
  const idOf = (index: number) => `${id}-${index}`;

  function ask(words: string) {
    setActive(-1);
    setFound(null);
    setAsked(words.trim());
  }

  function close() {
    setAsked(null);
    setFound(null);
    setActive(-1);
  }

  function choose(vendor: VendorRow) {
    setText(vendor.name);
    close();
    onChoose(vendor.vendorId);
  }

  function leave() {
    close();
    // Only a vendor can be the filter: words that name none give way to the one that is.
    if (text.trim() !== '') setText(chosen ?? '');
    else if (chosen !== undefined) onChoose(undefined);
  }

  function go(step: 1 | -1) {
    if (asked === null) ask(text === chosen ? '' : text);
    else if (options.length > 0) {
      const next = (active + step + options.length) % options.length;
      const index = active === -1 && step === -1 ? options.length - 1 : next;
      setActive(index);
      list.current?.children[index]?.scrollIntoView({ block: 'nearest' });
    }
  }

  function press(event: KeyboardEvent<HTMLInputElement>) {
    if (event.nativeEvent.isComposing) return;
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp':
        event.preventDefault();
        go(event.key === 'ArrowDown' ? 1 : -1);
        break;
      case 'Enter': {
        // What is typed is no vendor yet: the form around must not be sent for it.
        event.preventDefault();
        const vendor = options[active] ?? (options.length === 1 ? options[0] : undefined);
        if (vendor !== undefined) choose(vendor);
        else if (text.trim() === '' && chosen !== undefined) onChoose(undefined);
        break;
      }
      case 'Escape':
        if (asked === null && text === (chosen ?? '')) break;
        event.preventDefault();
        setText(chosen ?? '');
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
            ask(event.target.value);
          }}
          onFocus={(event) => event.target.select()}
          onKeyDown={press}
          onBlur={leave}
        />
      </div>
      <div className={styles.popup} hidden={!isOpen}>
        <div id={`${id}-list`} className={styles.list} role="listbox" aria-label="Vendors" ref={list}>
          {options.map((vendor, index) => (
            // The keyboard stays in the text field, which points at the option by `aria-activedescendant`.
            // biome-ignore lint/a11y/useKeyWithClickEvents: see above
            <div
              key={vendor.vendorId}
              id={idOf(index)}
              role="option"
              aria-selected={index === active}
              tabIndex={-1}
              // The text field keeps the focus; losing it would close the list before it is chosen from.
              onMouseDown={(event) => event.preventDefault()}
              onMouseMove={() => setActive(index)}
              onClick={() => choose(vendor)}
            >
              <b>{vendor.name}</b>
              {vendor.name !== vendor.vendorId && <small>{vendor.vendorId}</small>}
            </div>
          ))}
        </div>
        {isOpen && options.length === 0 && <p className={styles.note}>{say(found)}</p>}
        {isOpen && found !== 'failed' && !found.isAll && <p className={styles.note}>There are more: type on.</p>}
      </div>
      <VisuallyHidden>
        <span role="status">{isOpen && say(found)}</span>
      </VisuallyHidden>
    </div>
  );
}

function say(found: Exclude<Found, null>): string {
  if (found === 'failed') return 'Vendors cannot be searched right now.';
  if (found.vendors.length === 0) return 'No vendor has this in its name, id or category.';
  return `${found.vendors.length}${found.isAll ? '' : ' or more'} ${found.vendors.length === 1 ? 'vendor' : 'vendors'}`;
}
