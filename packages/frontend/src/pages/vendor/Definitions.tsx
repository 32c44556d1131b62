import styles from './Definitions.module.css';

/** The definitions of the numbers, which are those of the server. For a printed report to the vendor, too. */
export function Definitions() {
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
          Arrived, lost, damaged, undeliverable or returned. The last four are issues. Cancelled orders are counted
          separately.
        </dd>
        <dt>On time</dt>
        <dd>
          Arrived by the promise, out of the orders due in the seven days. An open order past its promise is a miss.
        </dd>
        <dt>Delayed</dt>
        <dd>Open and past the promise, whatever the status.</dd>
        <dt>Risk</dt>
        <dd>
          High below 80&nbsp;% reliability, medium below 85. Too few orders if the interval is wider than 25 points or
          nothing completed.
        </dd>
      </dl>
    </section>
  );
}
