import { useEffect, useRef } from 'react';
import { Button } from './Button';
import styles from './KeysDialog.module.css';

const keys: [key: string, what: string][] = [
  ['Ctrl K', 'Find a vendor, an order, a parcel or a page'],
  ['/', 'Search on this page'],
  ['j', 'The next row'],
  ['k', 'The row before'],
  ['Enter', 'Open the row'],
  ['Escape', 'Close'],
  ['?', 'These keys'],
];

/** The keys of the page. */
export default function KeysDialog({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className={styles.dialog} aria-labelledby="keys" onClose={onClose} closedby="any">
      <h2 id="keys">Keys</h2>
      <dl>
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <Button type="submit">Close</Button>
      </form>
    </dialog>
  );
}
