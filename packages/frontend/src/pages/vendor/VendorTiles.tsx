import type { ReactNode } from 'react';
import type { Interval, Report, Risk, RiskReason, VendorReport, Window } from '../../api/types';
import { change, type Measure } from '../../format/change';
import { days, decimal, pluralize, rate } from '../../format/numbers';
import { capitalized } from '../../format/sentences';
import { ChangeText } from '../../ui/ChangeText';
import { RowLink } from '../../ui/RowLink';
import { Tile, Tiles, type Tone } from '../../ui/Tile';
import { formatOrNull, Value } from '../../ui/Value';
import { CountLink, type ReportLink } from '../orders/CountLink';
import { vendorCounts } from './counts';
import { difference, type VendorNumbers } from './load';
import styles from './VendorTiles.module.css';

/** A count of the seven days, as a link to its orders. */
type LinkOf = (name: keyof typeof vendorCounts & keyof Window) => ReactNode;

const nothingToCompare = 'Nothing to compare with';

const toneOfRisk: Record<Risk, Tone> = { high: 'bad', medium: 'watch', low: 'good', insufficient: 'rest' };

/** The four numbers of a vendor, compared with others. */
export function VendorTiles({
  report,
  numbers,
  vendor,
  reportLink,
}: {
  report: Report;
  numbers: VendorNumbers;
  vendor: VendorReport['vendor'];
  reportLink: ReportLink;
}) {
  const { current } = numbers;
  const { comparedTo, inWords } = reportLink;
  const shared = { numbers, comparedTo };
  const link: LinkOf = (name) => <CountLink report={reportLink} of={vendorCounts[name]} value={current[name]} />;
  return (
    <div className={styles.numbers}>
      <Tiles>
        <Rate
          label="Reliability"
          tone={rateTone(report, reportLink, 'reliability', current.reliabilityScore)}
          score={current.reliabilityScore}
          interval={current.reliabilityInterval}
          of={
            <>
              {link('arrivedOrders')} of {link('completedOrders')} arrived
            </>
          }
          proof={<Proof report={reportLink} of="reliability" title="Reliability" />}
          missing={`nothing completed in ${inWords}`}
          name="reliabilityScore"
          {...shared}
        />
        <Rate
          label="On time"
          tone={rateTone(report, reportLink, 'onTime', current.onTimePercentage)}
          score={current.onTimePercentage}
          interval={current.onTimeInterval}
          of={
            <>
              {link('onTimeDeliveries')} of {link('dueOrders')} due
            </>
          }
          proof={<Proof report={reportLink} of="onTime" title="On time" />}
          missing={`no order was due in ${inWords}`}
          name="onTimePercentage"
          {...shared}
        />
        <Handover
          inWords={inWords}
          link={link}
          proof={<Proof report={reportLink} of="handover" title="Handed over in time" />}
          {...shared}
        />
        <Delivery inWords={inWords} promise={vendor.slaPromises?.standardDelivery ?? null} link={link} {...shared} />
      </Tiles>
    </div>
  );
}

/** The tone of a rate of seven days, by which the risk is judged: that of the risk, if the rate is its reason; good, if the vendor is judged and the rate is not. */
function rateTone(
  { riskLevel, riskReason }: Report,
  { window = '7d' }: ReportLink,
  reason: RiskReason,
  score: number | null,
): Tone {
  if (score === null) return 'rest';
  if (window !== '7d') return 'info';
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
  proof,
  missing,
  name,
  numbers,
  comparedTo,
}: Compared & {
  label: string;
  tone: Tone;
  score: number | null;
  interval: Interval | null;
  of: ReactNode;
  proof: ReactNode;
  missing: string;
  name: keyof Window;
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
          {of}; likely between {rate(interval.lower)} and {rate(interval.upper)}&nbsp;%. {proof}
        </p>
      )}
      <Changed name={name} measure={{ unit: 'points', better: 'up' }} numbers={numbers} comparedTo={comparedTo} />
    </Tile>
  );
}

/** A link to the rate, order by order. */
function Proof({
  report: { vendorId = '', date, isPast, window = '7d', page },
  of,
  title,
}: {
  report: ReportLink;
  of: string;
  title: string;
}) {
  return (
    <RowLink
      className={styles.proof}
      to="/vendors/$vendorId/proof"
      params={{ vendorId }}
      search={{ of, date: isPast ? date : undefined, window: window === '7d' ? undefined : window }}
      from={page}
      label={`Order by order: ${title}`}
    >
      Order by order
    </RowLink>
  );
}

/** Numbers, and what they are compared with in words. */
interface Compared {
  numbers: VendorNumbers;
  comparedTo: string;
}

function Changed({ name, measure, numbers, comparedTo }: Compared & { name: keyof Window; measure: Measure }) {
  const delta = difference([numbers.current, numbers.previous], name);
  return <ChangeText change={change(delta, measure)} reason={nothingToCompare} comparedTo={comparedTo} />;
}

/** How many orders were handed over by their deadline, and how long that takes. */
function Handover({
  inWords,
  link,
  proof,
  numbers,
  comparedTo,
}: Compared & { inWords: string; link: LinkOf; proof: ReactNode }) {
  const { shippedOnTimePercentage: score, avgHandoverHours: hours } = numbers.current;
  const noDeadline = `no order was to be handed over in ${inWords}`;
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
        {hours !== null && `; after ${days(hours)} on average`}. {score !== null && proof}
      </p>
      <Changed
        name="shippedOnTimePercentage"
        measure={{ unit: 'points', better: 'up' }}
        numbers={numbers}
        comparedTo={comparedTo}
      />
    </Tile>
  );
}

/**
 * `promise`: the promised days of a standard order. The mean is of those that arrived, and includes faster rush orders: it says little
 * of a vendor that misses its promises, so how many it keeps is said, too.
 */
function Delivery({
  inWords,
  promise,
  link,
  numbers,
  comparedTo,
}: Compared & {
  inWords: string;
  promise: number | null;
  link: LinkOf;
}) {
  const { avgDeliveryHours: hours, arrivedOrders, dueOrders, onTimeDeliveries } = numbers.current;
  const isSlow = hours !== null && promise !== null && hours / 24 > promise;
  const isLate = 2 * onTimeDeliveries < dueOrders;
  const nothing = `nothing arrived in ${inWords}`;
  return (
    <Tile
      label="Average delivery"
      tone={hours === null ? 'rest' : isSlow || isLate ? 'watch' : 'info'}
      value={<Value text={formatOrNull(hours, (value) => decimal(value / 24))} reason={nothing} />}
      unit={hours === null ? undefined : '\u00a0days'}
    >
      <p>
        {hours === null ? (
          capitalized(nothing)
        ) : (
          <>
            {link('arrivedOrders')} {arrivedOrders === 1 ? 'order' : 'orders'} arrived
            {promise !== null && `, ${isSlow ? 'slower than' : 'within'} the promise of ${pluralize(promise, 'day')}`}
          </>
        )}
        {dueOrders > 0 && (
          <>
            ; {link('onTimeDeliveries')} of {link('dueOrders')} due on time
          </>
        )}
      </p>
      <Changed
        name="avgDeliveryHours"
        measure={{ unit: 'days', better: 'down' }}
        numbers={numbers}
        comparedTo={comparedTo}
      />
    </Tile>
  );
}
