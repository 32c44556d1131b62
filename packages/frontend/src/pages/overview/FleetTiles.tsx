import { Link } from '@tanstack/react-router';
import { memo, type ReactNode } from 'react';
import type { FleetHistory } from '../../api/fleet';
import type { Dashboard, RiskReason } from '../../api/types';
import { change } from '../../format/change';
import { count, percent, rate, sums } from '../../format/numbers';
import { capitalized } from '../../format/sentences';
import { day, dayAndMonth } from '../../format/times';
import { ChangeText } from '../../ui/ChangeText';
import { RowLink } from '../../ui/RowLink';
import { Spark } from '../../ui/Spark';
import { countScale, rateScale, type Scale, type Values } from '../../ui/spark';
import { Tile, Tiles, type Tone } from '../../ui/Tile';
import { formatOrNull, Value } from '../../ui/Value';
import { CountLink, type ReportLink } from '../orders/CountLink';
import { fleetCounts, ordersBehind } from '../orders/ordersBehind';
import { isStuck, stuckOrders } from './concerns';
import styles from './FleetTiles.module.css';
import { StuckCounts } from './StuckCounts';

/** A chart of counts up to this one is drawn in steps. */
const FEW = 12;

/** The four numbers of the fleet, each with its change and its 30 days. The sort of the table does not change them. */
export const FleetTiles = memo(function FleetTiles({
  dashboard,
  history,
  report,
}: {
  dashboard: Dashboard;
  history: FleetHistory;
  report: ReportLink;
}) {
  const { current, trends } = dashboard;
  const isOpen = !report.isPast;
  const nothingCompleted = `nothing completed in ${report.inWords}`;
  const nothingDue = `no order was due in ${report.inWords}`;
  const once = 'then or now';
  const stuck = stuckOrders(dashboard);
  const others = { ...stuck, overdue: 0 };
  const chart = (label: string, values: Values, scale = countScale(values), format = count) => (
    <Days label={label} values={values} scale={scale} format={format} history={history} isOpen={isOpen} />
  );

  /** One of the two rates. */
  function rateTile(
    reason: RiskReason,
    label: string,
    value: number | null,
    trend: number | null,
    values: Values,
    [missing, nothingToCompare]: [string, string],
    counts: ReactNode,
  ) {
    const points = change(trend, { unit: 'points', better: 'up' });
    return (
      <Tile
        label={label}
        tone={rateTone(dashboard, reason, value, points?.verdict === 'worse')}
        value={<Value text={formatOrNull(value, rate)} reason={missing} />}
        unit={value === null ? undefined : '%'}
        chart={chart(label, values, rateScale(values), percent)}
      >
        {value === null ? <p>{capitalized(missing)}</p> : counts}
        <ChangeText change={points} reason={nothingToCompare} comparedTo={report.comparedTo} />
      </Tile>
    );
  }

  return (
    <Tiles>
      {rateTile(
        'reliability',
        'Overall reliability',
        current.overallReliability,
        trends.reliabilityTrend,
        history.days.map((day) => day.overallReliability),
        [nothingCompleted, `Nothing to compare with: nothing completed ${once}`],
        <p>
          <CountLink report={report} of={fleetCounts.issueCount} value={current.issueCount} />{' '}
          {current.issueCount === 1 ? 'issue' : 'issues'} of{' '}
          <CountLink report={report} of={fleetCounts.completedOrders} value={current.completedOrders} /> completed
        </p>,
      )}
      {rateTile(
        'onTime',
        'On time',
        current.onTimePercentage,
        trends.onTimeTrend,
        history.days.map((day) => day.onTimePercentage),
        [nothingDue, `Nothing to compare with: no order was due ${once}`],
        <p>
          <CountLink report={report} of={fleetCounts.onTimeDeliveries} value={current.onTimeDeliveries} /> of{' '}
          <CountLink report={report} of={fleetCounts.dueOrders} value={current.dueOrders} /> due
        </p>,
      )}
      <Tile
        label="Stuck orders"
        link={
          stuck.overdue > 0
            ? (label) => (
                <RowLink to="/orders" search={ordersBehind(report, fleetCounts.delayedOrders)} from={report.page}>
                  {label}
                </RowLink>
              )
            : undefined
        }
        tone={isStuck(stuck) ? 'watch' : 'good'}
        value={count(stuck.overdue)}
        chart={chart(
          'Overdue orders',
          history.days.map((day) => day.totalDelayedOrders),
        )}
      >
        <p>
          overdue of <CountLink report={report} of={fleetCounts.activeOrders} value={current.totalActiveOrders} />{' '}
          {current.totalActiveOrders === 1 ? 'open order' : 'open orders'}
          {stuck.overdue > 0 && stuck.value !== null && stuck.value.length > 0 && `, ${sums(stuck.value)} of gifts`}
        </p>
        {isStuck(others) && (
          <p>
            <b>
              <StuckCounts stuck={others} report={report} />
            </b>
          </p>
        )}
        <ChangeText
          change={change(trends.delayedOrdersTrend, { unit: 'orders', better: 'down' })}
          reason="Nothing to compare with"
          comparedTo={report.comparedTo}
        />
      </Tile>
      <Tile
        label="Vendors at risk"
        link={
          current.atRiskVendors > 0
            ? (label) => (
                <Link to="/vendors" search={(search) => ({ ...search, risk: 'high,medium' })}>
                  {label}
                </Link>
              )
            : undefined
        }
        tone={current.atRiskVendors > 0 ? 'bad' : 'good'}
        value={count(current.atRiskVendors)}
        chart={chart(
          'Vendors at risk',
          history.days.map((day) => day.atRiskVendors),
        )}
      >
        <ChangeText
          change={change(trends.atRiskVendorsTrend, { unit: 'vendors', better: 'down' })}
          reason="Nothing to compare with"
          comparedTo={report.comparedTo}
        />
      </Tile>
    </Tiles>
  );
});

/** A line with its legend: the scale, and whether its last day is over. */
function Days({
  label,
  values,
  scale,
  format,
  history: { days },
  isOpen,
}: {
  label: string;
  values: Values;
  scale: Scale;
  format: (value: number) => string;
  history: FleetHistory;
  isOpen: boolean;
}) {
  const isRate = scale.high === 100 && format === percent;
  return (
    <div className={styles.days} data-rate={isRate || undefined}>
      <div className={styles.line}>
        <Spark
          label={`${label}, ${days.length} days to ${day(days.at(-1)?.date ?? '')}`}
          values={values}
          scale={scale}
          format={format}
          isOpen={isOpen}
          isFilled={!isRate}
          isStepped={!isRate && scale.high <= FEW}
        />
      </div>
      <p className={styles.legend} aria-hidden="true">
        <span>
          {days.length} days, {count(scale.low)}–{isRate ? percent(scale.high).replace('.0', '') : count(scale.high)}
        </span>
        <span>{isOpen ? 'today so far' : dayAndMonth(days.at(-1)?.date ?? '')}</span>
      </p>
    </div>
  );
}

/** The risk of the fleet, if this rate is its reason; else whether the rate is getting worse. */
function rateTone(
  { riskLevel, riskReason }: Dashboard,
  reason: RiskReason,
  value: number | null,
  isWorse: boolean,
): Tone {
  if (value === null) return 'rest';
  if (riskReason === reason || riskReason === 'both') return riskLevel === 'high' ? 'bad' : 'watch';
  return isWorse ? 'watch' : 'good';
}
