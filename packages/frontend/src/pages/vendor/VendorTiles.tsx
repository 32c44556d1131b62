import type { Report, Risk, VendorReport } from '../../api/types';
import { change } from '../../format/change';
import { count, decimal, pluralize, rate } from '../../format/numbers';
import { ChangeText } from '../../ui/ChangeText';
import { Tile, Tiles, type Tone } from '../../ui/Tile';
import { formatOrNull, Value } from '../../ui/Value';
import styles from './VendorTiles.module.css';

const nothingToCompare = 'Nothing to compare with in one of the two weeks';

/** Reliability and issue rate add up to 100 %, so both have the tone of the risk. */
const toneOfRisk: Record<Risk, Tone> = { high: 'bad', medium: 'watch', low: 'good', insufficient: 'rest' };

/** The four numbers of a vendor, compared with the week before. */
export function VendorTiles({ report, vendor, risk }: { report: Report; vendor: VendorReport['vendor']; risk: Risk }) {
  const { current7d: current, trends } = report;
  const tone = toneOfRisk[risk];
  return (
    <div className={styles.numbers}>
      <Tiles>
        <Tile
          label="Reliability"
          tone={tone}
          value={
            <Value text={formatOrNull(current.reliabilityScore, rate)} reason="nothing completed in these seven days" />
          }
          unit={current.reliabilityScore === null ? undefined : '%'}
        >
          {current.reliabilityInterval === null ? (
            <p>Nothing completed in these seven days</p>
          ) : (
            <p>
              {risk === 'insufficient' ? 'Too few to judge: likely' : 'Likely'} between{' '}
              {rate(current.reliabilityInterval.lower)} and {rate(current.reliabilityInterval.upper)}
              &nbsp;%
            </p>
          )}
          <ChangeText
            change={change(trends.reliabilityScore, { unit: 'points', better: 'up' })}
            reason={nothingToCompare}
          />
        </Tile>
        <Delivery report={report} promise={vendor.slaPromises?.standardDelivery ?? null} />
        <Tile label="Active orders" tone="info" value={count(report.activeOrders)}>
          <p>{report.delayedOrders === 0 ? 'None delayed' : <b>{count(report.delayedOrders)} delayed</b>}</p>
          <ChangeText
            change={change(trends.activeOrders, { unit: 'orders', better: null })}
            reason={nothingToCompare}
          />
        </Tile>
        <Tile
          label="Issue rate"
          tone={tone}
          value={<Value text={formatOrNull(current.issueRate, rate)} reason="nothing completed in these seven days" />}
          unit={current.issueRate === null ? undefined : '%'}
        >
          <p>
            {current.completedOrders === 0
              ? 'Nothing completed in these seven days'
              : `${count(current.issueCount)} of ${count(current.completedOrders)} completed`}
          </p>
          <ChangeText change={change(trends.issueRate, { unit: 'points', better: 'down' })} reason={nothingToCompare} />
        </Tile>
      </Tiles>
    </div>
  );
}

/** `promise`: the promised days of a standard order. The mean includes faster rush orders, so a mean above it is slow. */
function Delivery({ report: { current7d, trends }, promise }: { report: Report; promise: number | null }) {
  const hours = current7d.avgDeliveryHours;
  const isSlow = hours !== null && promise !== null && hours / 24 > promise;
  return (
    <Tile
      label="Average delivery"
      tone={hours === null ? 'rest' : isSlow ? 'watch' : promise === null ? 'info' : 'good'}
      value={
        <Value
          text={formatOrNull(hours, (value) => decimal(value / 24))}
          reason="nothing arrived in these seven days"
        />
      }
      unit={hours === null ? undefined : '\u00a0days'}
    >
      <p>
        {hours === null
          ? 'Nothing arrived in these seven days'
          : promise === null
            ? `${pluralize(current7d.arrivedOrders, 'order')} arrived`
            : `${isSlow ? 'Slower than' : 'Within'} its promise of ${pluralize(promise, 'day')}`}
      </p>
      <ChangeText
        change={change(trends.avgDeliveryHours, { unit: 'days', better: 'down' })}
        reason={nothingToCompare}
      />
    </Tile>
  );
}
