import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { Dashboard } from '../../api/types';
import { change } from '../../format/change';
import { activeStatuses } from '../../format/labels';
import { count, percent, rate } from '../../format/numbers';
import { day, dayAndMonth, isOver } from '../../format/times';
import { ChangeText } from '../../ui/ChangeText';
import { Spark } from '../../ui/Spark';
import { countScale, rateScale, type Scale, type Values } from '../../ui/spark';
import { Tile, Tiles, type Tone } from '../../ui/Tile';
import { formatOrNull, Value } from '../../ui/Value';
import styles from './FleetTiles.module.css';
import type { FleetHistory } from './load';
import { firstPageSearch } from './search';

const nothingCompleted = 'nothing completed in these seven days';
const nothingToCompare = 'Nothing to compare with: nothing completed in one of the two weeks';

/** A chart of counts up to this one is drawn in steps. */
const FEW = 12;

/** The four numbers of the fleet, each with its change and its 30 days. The sort of the table does not change them. */
export const FleetTiles = memo(function FleetTiles({
  dashboard: { current, trends, date, asOf, timeZone },
  history,
  isToday,
}: {
  dashboard: Dashboard;
  history: FleetHistory;
  /** Only today has links to orders: a list shows the current state, not that of another day. */
  isToday: boolean;
}) {
  const isOpen = !isOver(date, asOf, timeZone);
  const reliability = change(trends.reliabilityTrend, { unit: 'points', better: 'up' });
  const rates = history.days.map((day) => day.overallReliability);
  const active = activeStatuses.join(',');
  const chart = (label: string, values: Values, scale = countScale(values), format = count) => (
    <Days label={label} values={values} scale={scale} format={format} history={history} isOpen={isOpen} />
  );
  return (
    <Tiles>
      <Tile
        label="Overall reliability"
        tone={current.overallReliability === null ? 'rest' : reliability?.verdict === 'worse' ? 'watch' : 'good'}
        value={<Value text={formatOrNull(current.overallReliability, rate)} reason={nothingCompleted} />}
        unit={current.overallReliability === null ? undefined : '%'}
        chart={chart('Overall reliability', rates, rateScale(rates), percent)}
      >
        {current.overallReliability === null && <p>Nothing completed in these seven days</p>}
        <ChangeText change={reliability} reason={nothingToCompare} />
      </Tile>
      <Tile
        label="Active orders"
        link={
          isToday
            ? (label) => (
                <Link to="/orders" search={{ status: active }}>
                  {label}
                </Link>
              )
            : undefined
        }
        tone="info"
        value={count(current.totalActiveOrders)}
        chart={chart(
          'Active orders',
          history.days.map((day) => day.totalActiveOrders),
        )}
      >
        <ChangeText
          change={change(trends.activeOrdersTrend, { unit: 'orders', better: null })}
          reason={nothingToCompare}
        />
      </Tile>
      <Tile
        label="Delayed orders"
        link={
          isToday
            ? (label) => (
                <Link to="/orders" search={{ delayed: 'true', status: active }}>
                  {label}
                </Link>
              )
            : undefined
        }
        tone={problemTone(current.totalDelayedOrders, 'watch')}
        value={count(current.totalDelayedOrders)}
        chart={chart(
          'Delayed orders',
          history.days.map((day) => day.totalDelayedOrders),
        )}
      >
        <ChangeText
          change={change(trends.delayedOrdersTrend, { unit: 'orders', better: 'down' })}
          reason={nothingToCompare}
        />
      </Tile>
      <Tile
        label="Vendors at risk"
        link={
          current.atRiskVendors > 0
            ? (label) => (
                <Link
                  from="/"
                  to="/"
                  search={(search) => firstPageSearch(search, { q: undefined, risk: 'high,medium' })}
                  hash="vendors"
                >
                  {label}
                </Link>
              )
            : undefined
        }
        tone={problemTone(current.atRiskVendors, 'bad')}
        value={count(current.atRiskVendors)}
        chart={chart(
          'Vendors at risk',
          history.days.map((day) => day.atRiskVendors),
        )}
      >
        <ChangeText
          change={change(trends.atRiskVendorsTrend, { unit: 'vendors', better: 'down' })}
          reason={nothingToCompare}
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

function problemTone(problems: number, tone: Tone): Tone {
  return problems === 0 ? 'good' : tone;
}
