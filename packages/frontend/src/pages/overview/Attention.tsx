import { Link, useSearch } from '@tanstack/react-router';
import { memo, type ReactNode } from 'react';
import { change } from '../../format/change';
import { activeStatuses } from '../../format/labels';
import { count, moneyRounded, percent, pluralize } from '../../format/numbers';
import { Icon } from '../../ui/Icon';
import { RelativeTime } from '../../ui/RelativeTime';
import styles from './Attention.module.css';
import { type Amounts, type Concern, concerns, type VendorSummary } from './attention';
import type { OverviewData } from './load';

/** What needs attention first, or that nothing does. The sort of the table does not change it. */
export const Attention = memo(function Attention({
  dashboard,
  worstVendors,
  overdue,
}: Pick<OverviewData, 'dashboard' | 'worstVendors' | 'overdue'>) {
  const found = concerns(dashboard, worstVendors, overdue);
  const isClear = found.length === 0;
  return (
    <section className={styles.attention} data-clear={isClear || undefined} aria-labelledby="attention">
      <div className={styles.head} data-tone={isClear ? 'good' : undefined}>
        <h2 id="attention">{isClear ? 'All clear' : 'Needs attention'}</h2>
        {found.length > 1 && <p className={styles.label}>Worst first</p>}
        {isClear && <p>No vendor is at risk, and no order is past its promise.</p>}
      </div>
      {!isClear && (
        <ol className={styles.list}>
          {found.map((concern) =>
            concern.kind === 'overdue' ? (
              <Overdue key="overdue" concern={concern} isToday={overdue !== null} />
            ) : (
              <Vendor key={concern.vendor.vendorId} kind={concern.kind} vendor={concern.vendor} />
            ),
          )}
        </ol>
      )}
    </section>
  );
});

function Item({ title, link, children }: { title: string; link: ReactNode; children: ReactNode }) {
  return (
    <li className={styles.item}>
      <h3>{title}</h3>
      <p>{children}</p>
      {link}
    </li>
  );
}

const kindText: Record<Exclude<Concern['kind'], 'overdue'>, string> = {
  high: 'is failing',
  medium: 'is at risk',
  unsure: 'may be failing',
  falling: 'is getting worse',
};

function Vendor({
  kind,
  vendor: { vendorId, name, issueCount, completedOrders, reliabilityScore, trendPercentage },
}: {
  kind: keyof typeof kindText;
  vendor: VendorSummary;
}) {
  const search = useSearch({ from: '/' });
  const points = change(trendPercentage, { unit: 'points', better: 'up' });
  return (
    <Item
      title={`${name} ${kindText[kind]}`}
      link={
        <Link
          to="/vendors/$vendorId"
          params={{ vendorId }}
          search={{ date: search.date }}
          state={{ listSearch: search }}
          aria-label={`See the vendor: ${name}`}
        >
          <span>See the vendor</span>
          <Icon name="right" />
        </Link>
      }
    >
      <b>
        {count(issueCount)} of {count(completedOrders)}
      </b>{' '}
      completed orders failed{reliabilityScore !== null && `: ${percent(reliabilityScore)} reliable`}
      {points?.verdict ? (
        <>
          , <b>{points.size}</b> {points.verdict} than the week before.
        </>
      ) : (
        '.'
      )}
      {kind === 'unsure' && ' Too few orders to be sure.'}
    </Item>
  );
}

function Overdue({
  concern: { orders, worth, oldestPromise },
  isToday,
}: {
  concern: Extract<Concern, { kind: 'overdue' }>;
  isToday: boolean;
}) {
  const isOne = orders === 1;
  return (
    <Item
      title={`${pluralize(orders, 'order')} past ${isOne ? 'its' : 'their'} promise`}
      link={
        // The list of orders shows the current state, not that of another day.
        isToday && (
          <Link to="/orders" search={{ delayed: 'true', status: activeStatuses.join(',') }}>
            <span>See the {isOne ? 'order' : pluralize(orders, 'order')}</span>
            <Icon name="right" />
          </Link>
        )
      }
    >
      {worth !== null && worth.length > 0 ? (
        <>
          <b>{worthText(worth)}</b> of gifts not arrived yet.
        </>
      ) : (
        `Still open${isToday ? '' : ' at the end of that day'}.`
      )}
      {oldestPromise !== null && (
        <>
          {' '}
          The oldest promise passed <RelativeTime instant={oldestPromise} />.
        </>
      )}
    </Item>
  );
}

function worthText(worth: Amounts): string {
  const sums = worth.map(({ currency, minorUnits }) => moneyRounded(minorUnits, currency));
  return new Intl.ListFormat('en').format(sums);
}
