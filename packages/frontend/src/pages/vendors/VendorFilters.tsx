import { useNavigate } from '@tanstack/react-router';
import type { Risk } from '../../api/types';
import { riskLabel } from '../../format/labels';
import { SearchForm } from '../../ui/SearchForm';
import { useFailedSearch, usePendingSearch } from '../../ui/usePendingSearch';
import { VisuallyHidden } from '../../ui/VisuallyHidden';
import { firstPageSearch, type VendorsSearch } from './search';
import styles from './VendorFilters.module.css';
import { VendorSort } from './VendorSort';

const risks: Risk[] = ['high', 'medium', 'low', 'insufficient'];

/** Sort, risk and search. All only change the address, and the router then loads the data. */
export function VendorFilters({ search }: { search: VendorsSearch }) {
  const navigate = useNavigate();
  const pending = usePendingSearch(search);
  const q = useFailedSearch<VendorsSearch>()?.q ?? pending.q;
  const selected = new Set(pending.risk?.split(','));

  function show(changes: VendorsSearch) {
    void navigate({ to: '/vendors', search: firstPageSearch(pending, changes), resetScroll: false });
  }

  function toggle(risk: Risk) {
    const next = risks.filter((one) => (one === risk ? !selected.has(one) : selected.has(one)));
    show({ risk: next.length === 0 ? undefined : next.join(',') });
  }

  return (
    <div className={styles.filters}>
      <VendorSort search={search} />
      <fieldset className={styles.risks}>
        <legend>
          <VisuallyHidden>Risk</VisuallyHidden>
        </legend>
        {risks.map((risk) => (
          <button
            className={styles.risk}
            key={risk}
            type="button"
            aria-pressed={selected.has(risk)}
            onClick={() => toggle(risk)}
          >
            {riskLabel[risk]}
            {risk !== 'insufficient' && ' risk'}
          </button>
        ))}
      </fieldset>
      <SearchForm label="Search vendors" q={q} placeholder="Name, id or category" onSearch={(q) => show({ q })} />
    </div>
  );
}
