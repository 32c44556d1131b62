import type { RiskLines } from '../../api/types';
import styles from './Definitions.module.css';

/** The definitions of the numbers, which are those of the server. For a printed report to the vendor, too. */
export function Definitions({ lines }: { lines: RiskLines }) {
  return (
    <section aria-labelledby="definitions">
      <h2 className={styles.heading} id="definitions">
        What the numbers mean
      </h2>
      <dl className={styles.list}>
        <dt>Reliability</dt>
        <dd>Arrived orders out of completed ones, by the day they completed.</dd>
        <dt>Likely between</dt>
        <dd>The 95&nbsp;% interval of that rate: fewer orders, a wider interval.</dd>
        <dt>Completed</dt>
        <dd>
          Arrived, lost, damaged, undeliverable or returned to the sender. The last four are issues. Cancelled orders,
          and what customers return or are refunded for after the arrival, are counted separately.
        </dd>
        <dt>On time</dt>
        <dd>
          Arrived by the promise, out of the orders due in the days of the report. An open order past its promise is a
          miss.
        </dd>
        <dt>Handed over</dt>
        <dd>All parcels of the order are on their way: the first event after the placement that is no cancellation.</dd>
        <dt>Overdue</dt>
        <dd>Open and past the promise, whatever the status.</dd>
        <dt>Unshipped</dt>
        <dd>Still placed, and past the ship-by: the time by which it should be handed over.</dd>
        <dt>Stalled</dt>
        <dd>On the way, without an event for 48 hours, unless the server is set otherwise.</dd>
        <dt>Risk</dt>
        <dd>
          That of the worse rate of seven days. It is medium if the rate is more likely below {lines.atRiskBelow}&nbsp;%
          than above, and high if it is more likely below {lines.reliabilityHighBelow}&nbsp;% (reliability) or{' '}
          {lines.onTimeHighBelow}&nbsp;% (on time). A rate of fewer than 40 orders is only judged if it is 90&nbsp;%
          sure to be on one side of {lines.atRiskBelow}&nbsp;%.
        </dd>
      </dl>
    </section>
  );
}
