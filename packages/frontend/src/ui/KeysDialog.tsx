import { Button } from './Button';
import { Dialog } from './Dialog';
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
  return (
    <Dialog labelledBy="keys" className={styles.dialog} onClose={onClose}>
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
    </Dialog>
  );
}
