import { Link, useSearch } from '@tanstack/react-router';
import { memo, type ReactNode } from 'react';
import type { Change, Dashboard, VendorRow } from '../../api/types';
import { change } from '../../format/change';
import { howSure, missesInWords, sinceAbout } from '../../format/changes';
import { likelihood, pluralize, sums } from '../../format/numbers';
import { capitalized, ratesInWords, reasonInWords, type Stuck, sentence } from '../../format/sentences';
import { clock } from '../../format/times';
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
        <Watched watch={dashboard.watch} />
      </div>
      {!isClear && (
        <ol className={styles.list}>
          {found.map((concern) => {
            switch (concern.kind) {
              case 'blind':
                return <Blind key="blind" until={dashboard.judgedUntil} />;
              case 'change':
                return <Changed key={concern.change.id} change={concern.change} dashboard={dashboard} />;
              case 'stuck':
                return <StuckOrders key="stuck" stuck={concern.orders} report={report} />;
              default:
                return (
                  <Vendor key={concern.vendor.vendorId} kind={concern.kind} vendor={concern.vendor} report={report} />
                );
            }
          })}
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

const kindText: Record<Exclude<Concern['kind'], 'stuck' | 'blind' | 'change'>, string> = {
  high: 'is failing',
  medium: 'is at risk',
  falling: 'is getting worse',
  behind: 'is behind',
};

function VendorLink({ vendorId, name }: { vendorId: string; name: string }) {
  const search = useSearch({ from: '/' });
  return (
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
  );
}

/** A vendor that misses more promises than before; or everybody, and who is worse than that. */
function Changed({ change, dashboard }: { change: Change; dashboard: Dashboard }) {
  const { vendorId } = change;
  const name = change.name ?? '';
  const since = sinceAbout(change, dashboard.timeZone);
  const worse = dashboard.changes.flatMap(({ name }) => name ?? []);
  return (
    <Item
      title={vendorId === null ? 'It is not one vendor' : `${name} misses more promises`}
      link={vendorId !== null && <VendorLink vendorId={vendorId} name={name} />}
    >
      {vendorId === null ? `Everybody has missed more ${since}: ` : `${capitalized(since)}: `}
      <b>{missesInWords(change)}</b>. {howSure(change)}.
      {vendorId === null && worse.length > 0 && (
        <>
          {' '}
          {pluralize(dashboard.openEpisodes, 'vendor is', 'vendors are')} worse than that: {worse.join(', ')}
          {dashboard.openEpisodes > worse.length && ' and others'}.
        </>
      )}
    </Item>
  );
}

/** Next to nothing came in. */
function Blind({ until }: { until: string | null }) {
  return (
    <Item title="Next to nothing comes in" link={null}>
      <b>A feed problem?</b> In the six hours until {until === null ? 'now' : clock(until)} hardly an event came in, of
      any vendor. No vendor is judged by that time.
    </Item>
  );
}

/** Who may have changed. */
function Watched({ watch }: Pick<Dashboard, 'watch'>) {
  if (watch.length === 0) return null;
  const names = watch.slice(0, LIMIT).map(({ name, probability }) => `${name} (${likelihood(probability)})`);
  return <p>Not sure yet: {names.join(', ')}</p>;
}

/** The most vendors that are named as not sure yet. */
const LIMIT = 3;

/** A vendor with the rates that are the reason, its change, and its orders that are stuck. */
function Vendor({ kind, vendor, report }: { kind: keyof typeof kindText; vendor: VendorRow; report: ReportLink }) {
  const { vendorId, name, riskReason, trendPercentage } = vendor;
  const points = riskReason === 'onTime' ? null : change(trendPercentage, { unit: 'points', better: 'up' });
  const stuck: Stuck = {
    overdue: vendor.delayedOrders,
    unshipped: vendor.unshippedOrders,
    stalled: vendor.stalledOrders,
    value: vendor.overdueValue,
  };
  const counts = <StuckCounts stuck={stuck} report={{ ...report, vendorId }} />;
  return (
    <Item title={`${name} ${kindText[kind]}`} link={<VendorLink vendorId={vendorId} name={name} />}>
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
