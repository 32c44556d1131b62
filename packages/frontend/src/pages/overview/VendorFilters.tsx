import { useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import type { Risk } from '../../api/types';
import { riskWord } from '../../format/words';
import { Button } from '../../ui/Button';
import { Hidden } from '../../ui/Hidden';
import { Icon } from '../../ui/Icon';
import { useAsked, useUnanswered } from '../../ui/useAsked';
import { fromTheStart, type OverviewSearch } from './search';
import styles from './VendorFilters.module.css';

const risks: Risk[] = ['high', 'medium', 'low', 'insufficient'];

/** Search and risk. Both only change the address; the address is what is read. */
export function VendorFilters({ search }: { search: OverviewSearch }) {
  const navigate = useNavigate();
  const asked = useAsked(search);
  const q = useUnanswered<OverviewSearch>()?.q ?? asked.q;
  const chosen = new Set(asked.risk?.split(','));

  function show(wanted: OverviewSearch) {
    void navigate({ to: '/', search: fromTheStart(asked, wanted), resetScroll: false });
  }

  function toggle(risk: Risk) {
    const next = risks.filter((one) => (one === risk ? !chosen.has(one) : chosen.has(one)));
    show({ risk: next.length === 0 ? undefined : next.join(',') });
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const q = String(new FormData(event.currentTarget).get('q') ?? '').trim();
    show({ q: q === '' ? undefined : q });
  }

  return (
    <div className={styles.filters}>
      <fieldset className={styles.risks}>
        <legend>
          <Hidden>Risk</Hidden>
        </legend>
        {risks.map((risk) => (
          <button
            className={styles.risk}
            key={risk}
            type="button"
            aria-pressed={chosen.has(risk)}
            onClick={() => toggle(risk)}
          >
            {riskWord[risk]}
            {risk !== 'insufficient' && ' risk'}
          </button>
        ))}
      </fieldset>
      <search>
        <form className={styles.search} onSubmit={submit}>
          <label className={styles.field}>
            <Icon name="search" />
            <Hidden>Search vendors</Hidden>
            <input
              key={q}
              type="search"
              name="q"
              defaultValue={q}
              placeholder="Name, id or category"
              autoComplete="off"
            />
          </label>
          <Button type="submit">Search</Button>
        </form>
      </search>
    </div>
  );
}
