import { buttonClass } from './Button';
import styles from './Exports.module.css';
import { Icon } from './Icon';

const formats = [
  { format: 'csv', name: 'Export CSV' },
  { format: 'ndjson', name: 'Export JSON' },
];

/** All that a filter finds as a file, not only the page of it that is shown. */
export function Exports({
  of,
  filter,
}: {
  /** The list, as the API's path names it. */
  of: 'orders' | 'vendors';
  filter: Record<string, string | undefined>;
}) {
  const told = Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return (
    <p className={styles.exports}>
      {formats.map(({ format, name }) => (
        <a
          className={buttonClass}
          key={format}
          href={`/api/${of}/export?${new URLSearchParams([...told, ['format', format]])}`}
          download={`${of}.${format}`}
        >
          <Icon name="download" />
          {name}
        </a>
      ))}
    </p>
  );
}
