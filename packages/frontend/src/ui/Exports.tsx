import { lazyModule } from '../api/lazyModule';
import { useToken } from '../api/token';
import { buttonClass } from './Button';
import styles from './Exports.module.css';
import { Icon } from './Icon';
import { useLazyModule } from './useLazyModule';

// Most servers are open, and there a link is enough.
const loadSavedExport = lazyModule(() => import('./SavedExport'));

const formats = [
  { format: 'csv', name: 'Export CSV' },
  { format: 'ndjson', name: 'Export JSON' },
];

/** All that a filter finds as a file, not only the page of it that is shown. */
export function Exports({
  resource,
  filter,
}: {
  /** The list, as the API's path names it. */
  resource: 'orders' | 'vendors';
  filter: Record<string, string | undefined>;
}) {
  const hasToken = useToken() !== null;
  const parameters = Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return (
    <div className={styles.exports}>
      {formats.map(({ format, name }) => {
        const file = {
          href: `/api/${resource}/export?${new URLSearchParams([...parameters, ['format', format]])}`,
          download: `${resource}.${format}`,
        };
        return hasToken ? (
          <LazySavedExport key={format} {...file} name={name} />
        ) : (
          <a className={buttonClass} key={format} {...file}>
            <Icon name="download" />
            {name}
          </a>
        );
      })}
    </div>
  );
}

function LazySavedExport(file: { href: string; download: string; name: string }) {
  const { module: saved } = useLazyModule(loadSavedExport);
  return saved !== null && <saved.default {...file} />;
}
