import type { ReactNode } from 'react';
import type { Interval, Report, Risk, RiskReason, VendorReport, Window } from '../../api/types';
import { change } from '../../format/change';
import { days, decimal, pluralize, rate } from '../../format/numbers';
import { capitalized } from '../../format/sentences';
import { ChangeText } from '../../ui/ChangeText';
import { Tile, Tiles, type Tone } from '../../ui/Tile';
import { formatOrNull, Value } from '../../ui/Value';
import { CountLink, type ReportLink } from '../orders/CountLink';
import { vendorCounts } from './counts';
import styles from './VendorTiles.module.css';

/** A count of the seven days, as a link to its orders. */
type LinkOf = (name: keyof typeof vendorCounts & keyof Window) => ReactNode;

const nothingToCompare = 'Nothing to compare with in one of the two weeks';
const nothingCompleted = 'nothing completed in these seven days';
const nothingDue = 'no order was due in these seven days';
const noDeadline = 'no order was to be handed over in these seven days';

const toneOfRisk: Record<Risk, Tone> = { high: 'bad', medium: 'watch', low: 'good', insufficient: 'rest' };

/** The four numbers of a vendor, compared with the week before. */
export function VendorTiles({
  report,
  vendor,
  reportLink,
}: {
  report: Report;
  vendor: VendorReport['vendor'];
  reportLink: ReportLink;
}) {
  const { current7d: current, trends } = report;
  const link: LinkOf = (name) => <CountLink report={reportLink} of={vendorCounts[name]} value={current[name]} />;
  return (
    <div className={styles.numbers}>
      <Tiles>
        <Rate
          label="Reliability"
          tone={rateTone(report, 'reliability', current.reliabilityScore)}
          score={current.reliabilityScore}
          interval={current.reliabilityInterval}
          of={
            <>
              {link('arrivedOrders')} of {link('completedOrders')} arrived
            </>
          }
          missing={nothingCompleted}
          delta={trends.reliabilityScore}
        />
        <Rate
          label="On time"
          tone={rateTone(report, 'onTime', current.onTimePercentage)}
          score={current.onTimePercentage}
          interval={current.onTimeInterval}
          of={
            <>
              {link('onTimeDeliveries')} of {link('dueOrders')} due
            </>
          }
          missing={nothingDue}
          delta={trends.onTimePercentage}
        />
        <Handover report={report} link={link} />
        <Delivery report={report} promise={vendor.slaPromises?.standardDelivery ?? null} link={link} />
      </Tiles>
    </div>
  );
}

/** The tone of a rate: that of the risk, if the rate is its reason; good, if the vendor is judged and the rate is not. */
function rateTone({ riskLevel, riskReason }: Report, reason: RiskReason, score: number | null): Tone {
  if (score === null) return 'rest';
  if (riskReason === null || riskReason === reason || riskReason === 'both') return toneOfRisk[riskLevel];
  return 'info';
}

/** A rate with its counts and its interval. */
function Rate({
  label,
  tone,
  score,
  interval,
  of,
  missing,
  delta,
}: {
  label: string;
  tone: Tone;
  score: number | null;
  interval: Interval | null;
  of: ReactNode;
  missing: string;
  delta: number | null;
}) {
  return (
    <Tile
      label={label}
      tone={tone}
      value={<Value text={formatOrNull(score, rate)} reason={missing} />}
      unit={score === null ? undefined : '%'}
    >
      {interval === null ? (
        <p>{capitalized(missing)}</p>
      ) : (
        <p>
          {of}; likely between {rate(interval.lower)} and {rate(interval.upper)}&nbsp;%
        </p>
      )}
      <ChangeText change={change(delta, { unit: 'points', better: 'up' })} reason={nothingToCompare} />
    </Tile>
  );
}

/** How many orders were handed over by their deadline, and how long that takes. */
function Handover({ report: { current7d: current, trends }, link }: { report: Report; link: LinkOf }) {
  const { shippedOnTimePercentage: score, avgHandoverHours: hours } = current;
  return (
    <Tile
      label="Handed over in time"
      tone={score === null ? 'rest' : 'info'}
      value={<Value text={formatOrNull(score, rate)} reason={noDeadline} />}
      unit={score === null ? undefined : '%'}
    >
      <p>
        {score === null ? (
          capitalized(noDeadline)
        ) : (
          <>
            {link('shippedOnTime')} of {link('shipDueOrders')} by the deadline
          </>
        )}
        {hours !== null && `; after ${days(hours)} on average`}
      </p>
      <ChangeText
        change={change(trends.shippedOnTimePercentage, { unit: 'points', better: 'up' })}
        reason={nothingToCompare}
      />
    </Tile>
  );
}

/** `promise`: the promised days of a standard order. The mean includes faster rush orders, so a mean above it is slow. */
function Delivery({
  report: { current7d, trends },
  promise,
  link,
}: {
  report: Report;
  promise: number | null;
  link: LinkOf;
}) {
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
        {hours === null ? (
          'Nothing arrived in these seven days'
        ) : promise === null ? (
          <>
            {link('arrivedOrders')} {current7d.arrivedOrders === 1 ? 'order' : 'orders'} arrived
          </>
        ) : (
          `${isSlow ? 'Slower than' : 'Within'} its promise of ${pluralize(promise, 'day')}`
        )}
      </p>
      <ChangeText
        change={change(trends.avgDeliveryHours, { unit: 'days', better: 'down' })}
        reason={nothingToCompare}
      />
    </Tile>
  );
}
