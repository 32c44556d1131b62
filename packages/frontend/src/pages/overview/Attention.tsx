import { Link, useSearch } from '@tanstack/react-router';
import { memo, type ReactNode } from 'react';
import type { VendorRow } from '../../api/types';
import { change } from '../../format/change';
import { pluralize, sums } from '../../format/numbers';
import { ratesInWords, reasonInWords, type Stuck, sentence } from '../../format/sentences';
import { Icon } from '../../ui/Icon';
import { RowLink } from '../../ui/RowLink';
import type { ReportLink } from '../orders/CountLink';
import { fleetCounts, ordersBehind } from '../orders/ordersBehind';
import styles from './Attention.module.css';
import { type Concern, concerns, hasGaps, isStuck } from './attention';
import type { OverviewData } from './load';
import { StuckCounts } from './StuckCounts';

/** What needs attention first, or that nothing does. The sort of the table does not change it. */
export const Attention = memo(function Attention({
  dashboard,
  worstVendors,
  report,
}: Pick<OverviewData, 'dashboard' | 'worstVendors'> & { report: ReportLink }) {
  const found = concerns(dashboard, worstVendors);
  const isClear = found.length === 0;
  // With gaps, the line about the health says what is missing, and not all is clear.
  if (isClear && hasGaps(dashboard)) return null;
  return (
    <section className={styles.attention} data-clear={isClear || undefined} aria-labelledby="attention">
      <div className={styles.head} data-tone={isClear ? 'good' : undefined}>
        <h2 id="attention">{isClear ? 'All clear' : 'Needs attention'}</h2>
        {found.length > 1 && <p className={styles.label}>Worst first</p>}
        {isClear && <p>No vendor is at risk, and no order is overdue, unshipped or stalled.</p>}
      </div>
      {!isClear && (
        <ol className={styles.list}>
          {found.map((concern) =>
            concern.kind === 'stuck' ? (
              <StuckOrders key="stuck" stuck={concern.orders} report={report} />
            ) : (
              <Vendor key={concern.vendor.vendorId} kind={concern.kind} vendor={concern.vendor} report={report} />
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

const kindText: Record<Exclude<Concern['kind'], 'stuck'>, string> = {
  high: 'is failing',
  medium: 'is at risk',
  falling: 'is getting worse',
  behind: 'is behind',
};

/** A vendor with the rates that are the reason, its change, and its orders that are stuck. */
function Vendor({ kind, vendor, report }: { kind: keyof typeof kindText; vendor: VendorRow; report: ReportLink }) {
  const { vendorId, name, riskReason, trendPercentage } = vendor;
  const search = useSearch({ from: '/' });
  const points = riskReason === 'onTime' ? null : change(trendPercentage, { unit: 'points', better: 'up' });
  const stuck: Stuck = {
    overdue: vendor.delayedOrders,
    unshipped: vendor.unshippedOrders,
    stalled: vendor.stalledOrders,
    value: vendor.overdueValue,
  };
  const counts = <StuckCounts stuck={stuck} report={{ ...report, vendorId }} />;
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
      {kind === 'behind' ? (
        <>
          <b>{counts}</b>. {sentence(ratesInWords(vendor, riskReason))}.
        </>
      ) : (
        <>
          <b>{sentence(reasonInWords(vendor, riskReason))}</b>
          {points?.verdict ? `; reliability is ${points.size} ${points.verdict} than the week before.` : '.'}
          {isStuck(stuck) && <> Open orders: {counts}.</>}
        </>
      )}
    </Item>
  );
}

/** All orders that are stuck. The title has the first kind that there is, the text the others. */
function StuckOrders({ stuck, report }: { stuck: Stuck; report: ReportLink }) {
  const { overdue, unshipped, stalled, value } = stuck;
  const isOne = overdue === 1;
  const others: Stuck = {
    ...stuck,
    overdue: 0,
    unshipped: overdue > 0 ? unshipped : 0,
    stalled: overdue + unshipped > 0 ? stalled : 0,
  };
  const [counted, total, what] =
    overdue > 0
      ? ([fleetCounts.delayedOrders, overdue, `past ${isOne ? 'its' : 'their'} promise`] as const)
      : unshipped > 0
        ? ([fleetCounts.unshippedOrders, unshipped, 'not shipped in time'] as const)
        : ([fleetCounts.stalledOrders, stalled, 'stalled'] as const);
  return (
    <Item
      title={`${pluralize(total, 'order')} ${what}`}
      link={
        <RowLink to="/orders" search={ordersBehind(report, counted)} from={report.page}>
          <span>See the {total === 1 ? 'order' : pluralize(total, 'order')}</span>
          <Icon name="right" />
        </RowLink>
      }
    >
      {value !== null && value.length > 0 ? (
        <>
          <b>{sums(value)}</b> of gifts not arrived yet.
        </>
      ) : (
        `Still open${report.isPast ? ' at the end of that day' : ''}.`
      )}
      {isStuck(others) && (
        <>
          {' '}
          Open orders: <StuckCounts stuck={others} report={report} />.
        </>
      )}
    </Item>
  );
}
