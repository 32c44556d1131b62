import { lazyModule } from '../api/lazyModule';
import { useToken } from '../api/token';
import { buttonClass } from './Button';
import styles from './Exports.module.css';
import { Icon } from './Icon';
import { useLazyModule } from './useLazyModule';

// Lazy: most servers require no token, and then a link is enough.
const loadSavedExport = lazyModule(() => import('./SavedExport'));

const formats: { format: string; bom?: string; name: string }[] = [
  // Excel knows by the byte order mark that the file is UTF-8.
  { format: 'csv', bom: 'true', name: 'Export CSV' },
  { format: 'xlsx', name: 'Export Excel' },
  { format: 'ndjson', name: 'Export NDJSON' },
];

/** Exports all results of a filter, not only the shown page. */
export function Exports({
  resource,
  filter,
}: {
  /** The list in the path of the API. */
  resource: 'orders' | 'vendors';
  filter: Record<string, string | undefined>;
}) {
  const hasToken = useToken() !== null;
  return (
    <div className={styles.exports}>
      {formats.map(({ format, bom, name }) => {
        const parameters = Object.entries({ ...filter, format, bom });
        const given = parameters.filter((entry): entry is [string, string] => entry[1] !== undefined);
        const file = {
          href: `/api/${resource}/export?${new URLSearchParams(given)}`,
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
