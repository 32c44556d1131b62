import { Link, useSearch } from '@tanstack/react-router';
import { memo, type ReactNode, useState } from 'react';
import type { Call, Change, Dashboard } from '../../api/types';
import { change as changeOf } from '../../format/change';
import { howSure, missesInWords, sinceAbout } from '../../format/changes';
import { isolated } from '../../format/names';
import { likelihood, pluralize, sums } from '../../format/numbers';
import { capitalized, ratesInWords, reasonInWords, type Stuck, sentence } from '../../format/sentences';
import { clock, isoDay, shortDay } from '../../format/times';
import { windowSpan } from '../../format/windows';
import { reportSearch } from '../../routes/reportSearch';
import { Button } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import { RowLink } from '../../ui/RowLink';
import { VisuallyHidden } from '../../ui/VisuallyHidden';
import type { ReportLink } from '../orders/CountLink';
import { fleetCounts, ordersBehind } from '../orders/ordersBehind';
import { LazyMail } from '../vendor/LazyMail';
import styles from './CallSheet.module.css';
import { concerns, hasGaps, isStuck, problemInWords, quietSince, stuckOf } from './concerns';
import { StuckCounts } from './StuckCounts';

/** Whom to call first and what to say, or that all is clear. */
export const CallSheet = memo(function CallSheet({ dashboard, report }: { dashboard: Dashboard; report: ReportLink }) {
  const [mailTo, setMailTo] = useState<string | null>(null);
  const found = concerns(dashboard);
  const isClear = found.length === 0;
  // With gaps, the line about the health says what is missing, and not all is clear.
  if (isClear && hasGaps(dashboard)) return null;
  return (
    <section className={styles.sheet} data-clear={isClear || undefined} aria-labelledby="calls">
      <div className={styles.head} data-tone={isClear ? 'good' : undefined}>
        <h2 id="calls">{isClear ? 'All clear' : 'Whom to call'}</h2>
        {found.length > 1 && <p className={styles.label}>First one first</p>}
        {isClear && <p>No vendor is at risk, and no order is overdue, unshipped or stalled.</p>}
        <Watched watch={dashboard.watch} />
      </div>
      {!isClear && (
        <ol className={styles.list}>
          {found.map((concern) => {
            switch (concern.kind) {
              case 'blind':
                return <Blind key="blind" until={dashboard.judgedUntil} />;
              case 'fleet':
                return <Many key="fleet" change={concern.change} dashboard={dashboard} />;
              case 'call':
                return (
                  <Vendor
                    key={concern.call.vendorId}
                    call={concern.call}
                    dashboard={dashboard}
                    report={report}
                    onMail={setMailTo}
                  />
                );
              default:
                return <StuckOrders key="stuck" stuck={concern.orders} report={report} />;
            }
          })}
        </ol>
      )}
      {mailTo !== null && (
        <LazyMail vendorId={mailTo} date={report.isPast ? report.date : undefined} onClose={() => setMailTo(null)} />
      )}
    </section>
  );
});

function Item({ title, actions, children }: { title: ReactNode; actions?: ReactNode; children: ReactNode }) {
  return (
    <li className={styles.item}>
      <div>
        <h3>{title}</h3>
        <p>{children}</p>
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </li>
  );
}

/** A vendor to call: what is stuck, what changed or which rate is low, how sure that is, and its contact. */
function Vendor({
  call,
  dashboard: { asOf, timeZone, lines },
  report,
  onMail,
}: {
  call: Call;
  dashboard: Dashboard;
  report: ReportLink;
  onMail: (vendorId: string) => void;
}) {
  const { vendorId, name, change, supportContact } = call;
  const search = useSearch({ from: '/' });
  const quiet = quietSince(call, asOf);
  const stuck = stuckOf(call);
  return (
    <Item
      title={
        <>
          <RowLink to="/vendors/$vendorId" params={{ vendorId }} search={{ ...search }} from={report.page}>
            {name}
          </RowLink>{' '}
          {problemInWords(call)}
        </>
      }
      actions={
        <>
          {supportContact !== null && <span>{supportContact}</span>}{' '}
          <Button icon="mail" onClick={() => onMail(vendorId)}>
            Write<VisuallyHidden> to {name}</VisuallyHidden>
          </Button>
        </>
      }
    >
      {quiet !== undefined && (
        <b>
          {quiet === null ? 'Nothing delivered yet' : `Nothing delivered since ${shortDay(isoDay(quiet, timeZone))}`}.{' '}
        </b>
      )}
      {isStuck(stuck) && (
        <>
          <b>
            <StuckCounts stuck={stuck} report={{ ...report, vendorId }} />
          </b>
          .{' '}
        </>
      )}
      {change === null ? (
        <Rates call={call} lines={lines} span={windowSpan(report.window ?? '7d')} />
      ) : (
        <>
          {capitalized(sinceAbout(change, timeZone))}: <b>{missesInWords(change)}</b>. {howSure(change)}.
        </>
      )}
    </Item>
  );
}

/** The rates of a vendor without a change, and how likely it is that one is too low. */
function Rates({ call, lines, span }: { call: Call; span: string } & Pick<Dashboard, 'lines'>) {
  const { riskReason, riskProbability } = call;
  const points = riskReason === 'onTime' ? null : changeOf(call.trendPercentage, { unit: 'points', better: 'up' });
  if (riskReason === null) return `${sentence(ratesInWords(call, null, span))}.`;
  return (
    <>
      <b>{sentence(reasonInWords(call, riskReason, span))}</b>
      {points?.verdict && `; reliability is ${points.size} ${points.verdict} than before`}.
      {riskProbability !== null && ` ${likelihood(riskProbability)} likely below ${lines.atRiskBelow} %.`}
    </>
  );
}

/** Many vendors miss more promises, and who is worse than that. */
function Many({ change, dashboard: { changes, openEpisodes, timeZone } }: { change: Change; dashboard: Dashboard }) {
  const worse = changes.flatMap(({ name }) => (name === null ? [] : isolated(name)));
  return (
    <Item title="It is not one vendor">
      Many have missed more {sinceAbout(change, timeZone)}: <b>{missesInWords(change)}</b>. {howSure(change)}.
      {worse.length > 0 &&
        ` ${pluralize(openEpisodes, 'vendor is', 'vendors are')} worse than that: ${worse.join(', ')}${openEpisodes > worse.length ? ' and others' : ''}.`}
    </Item>
  );
}

/** Next to nothing came in. */
function Blind({ until }: { until: string | null }) {
  return (
    <Item title="Next to nothing comes in">
      <b>A feed problem?</b> In the six hours until {until === null ? 'now' : clock(until)} hardly an event came in, of
      any vendor. No vendor is judged by that time.
    </Item>
  );
}

/** Who may have changed. */
function Watched({ watch }: Pick<Dashboard, 'watch'>) {
  if (watch.length === 0) return null;
  const names = watch.slice(0, LIMIT).map(({ name, probability }) => `${isolated(name)} (${likelihood(probability)})`);
  return <p>Not sure yet: {names.join(', ')}</p>;
}

/** The most vendors that are named as not sure yet. */
const LIMIT = 3;

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
      actions={
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
      {' All vendors: '}
      <Link to="/vendors" search={reportSearch}>
        the worst first
      </Link>
      .
    </Item>
  );
}
