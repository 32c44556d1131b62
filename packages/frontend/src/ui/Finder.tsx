import { useRouter, useSearch } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { ApiError, get } from '../api/client';
import { addressOf } from '../routes/addressOf';
import { stringifySearch } from '../routes/search';
import { Dialog } from './Dialog';
import styles from './Finder.module.css';
import { Icon } from './Icon';

/** The search starts this long after the last key, in milliseconds. */
const SEARCH_DELAY_MS = 150;
/** Vendors and orders in the list, of each. */
const LIMIT = '5';
/** The server finds orders by at least as many characters. */
const LEAST_OF_ORDER = 4;

/** Something that can be opened. */
interface Place {
  path: string;
  kind: 'Page' | 'Vendor' | 'Order';
  name: string;
  /** What else is known of it. */
  detail: string | null;
}

const pages: Place[] = [
  { path: '/', name: 'Overview' },
  { path: '/vendors', name: 'Vendors' },
  { path: '/orders', name: 'Orders' },
  { path: '/orders/recent', name: 'Recent' },
  { path: '/rejections', name: 'What was refused' },
].map((page) => ({ ...page, kind: 'Page', detail: null }));

async function search(text: string, signal: AbortSignal): Promise<Place[]> {
  const query = { q: text, limit: LIMIT };
  const [{ vendors }, found] = await Promise.all([
    get('/api/vendors', { query }, signal),
    text.length < LEAST_OF_ORDER ? null : get('/api/orders', { query }, signal),
  ]);
  return [
    ...vendors.map(({ vendorId, name }): Place => {
      const path = addressOf({ to: '/vendors/$vendorId', params: { vendorId } });
      return { path, kind: 'Vendor', name, detail: name === vendorId ? null : vendorId };
    }),
    ...(found?.orders ?? []).map(({ orderId, reference, trackingNumber }): Place => {
      const path = addressOf({ to: '/orders/$orderId', params: { orderId } });
      return { path, kind: 'Order', name: orderId, detail: reference ?? trackingNumber };
    }),
  ];
}

/**
 * Opens any vendor, order or page by a part of its name or number. The keys are those of the WAI-ARIA combobox with a list: the arrows
 * move, Enter opens, Escape closes.
 */
export default function Finder({ onClose }: { onClose: () => void }) {
  const { history } = useRouter();
  const { date } = useSearch({ strict: false });
  const id = useId();
  const [text, setText] = useState('');
  /** What the server found for a text. */
  const [found, setFound] = useState<{ places: Place[] | 'failed'; text: string }>({ places: [], text: '' });
  const [active, setActive] = useState(0);

  useEffect(() => {
    if (text === '') return;
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      try {
        setFound({ places: await search(text, controller.signal), text });
      } catch (error) {
        if (controller.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        setFound({ places: 'failed', text });
      }
    }, SEARCH_DELAY_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [text]);

  const isSearched = text === '' || found.text === text;
  const ofServer = text === '' || found.places === 'failed' ? [] : found.places;
  const places = [...pages.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase())), ...ofServer];

  function open({ path, kind }: Place) {
    onClose();
    // The date stays on pages that are about one.
    history.push(path + (path === '/' || kind === 'Vendor' ? stringifySearch({ date }) : ''));
  }

  function handleKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    const place = places[active];
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && place !== undefined && isSearched) open(place);
    else if (event.key === 'ArrowDown') setActive(Math.min(active + 1, places.length - 1));
    else if (event.key === 'ArrowUp') setActive(Math.max(active - 1, 0));
    else return;
    event.preventDefault();
  }

  return (
    <Dialog label="Find" className={styles.dialog} onClose={onClose}>
      <label className={styles.field}>
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-label="A vendor, an order, a parcel or a page"
          placeholder="A vendor, an order, a parcel or a page"
          autoComplete="off"
          spellCheck={false}
          maxLength={128}
          aria-autocomplete="list"
          aria-expanded={places.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={places.length > 0 ? `${id}-${active}` : undefined}
          value={text}
          onChange={({ target }) => {
            setText(target.value.trimStart());
            setActive(0);
          }}
          onKeyDown={handleKeyDown}
        />
      </label>
      <div className={styles.list} id={`${id}-list`} role="listbox" aria-label="Found">
        {places.map((place, index) => (
          // The focus stays in the text field, which points at the option by `aria-activedescendant`.
          // biome-ignore lint/a11y/useKeyWithClickEvents: see above
          <div
            key={place.path}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            tabIndex={-1}
            onMouseMove={() => setActive(index)}
            onClick={() => open(place)}
          >
            <b>{place.name}</b>
            <small>
              {place.kind}
              {place.detail !== null && ` ${place.detail}`}
            </small>
          </div>
        ))}
      </div>
      <p className={styles.note} role="status">
        {found.places === 'failed' && isSearched && 'The search failed. Type again to repeat it.'}
        {found.places !== 'failed' && isSearched && places.length === 0 && 'Nothing begins with this text.'}
      </p>
    </Dialog>
  );
}
