import type { Episode, Explanation, Interval, VendorDay, VendorReport, VendorSignals } from '../../api/types';
import { howSure, missesInWords, sinceAbout } from '../../format/changes';
import { count, decimal, percent, pluralize } from '../../format/numbers';
import { daysInWords, isoDay } from '../../format/times';
import { RowLink } from '../../ui/RowLink';
import { numberClass, Table } from '../../ui/Table';
import { VisuallyHidden } from '../../ui/VisuallyHidden';
import type { OrdersSearch } from '../orders/search';
import styles from './ChangeSection.module.css';
import { type ChangePart, concentrationInWords, notJudgedText, outcomeParts, partsOf, shownDimensions } from './change';
import { MissChart } from './MissChart';

/** What changed about the vendor: since when, how sure, the rates before and after, what the rise is made of, and its orders. */
export function ChangeSection({
  signals,
  vendor,
  days,
  timeZone,
  page,
}: {
  signals: VendorSignals | null;
  vendor: VendorReport['vendor'];
  days: VendorDay[];
  timeZone: string;
  page: string;
}) {
  if (signals === null) return null;
  const { episode, notJudged } = signals;
  if (episode === null) return notJudged === null ? null : <p className={styles.note}>{notJudgedText[notJudged]}</p>;
  const { evidence, explanation } = episode;
  const since = isoDay(episode.since, timeZone);
  const concentrated = explanation === null ? null : concentrationInWords(explanation);
  return (
    <section className={styles.panel} aria-labelledby="change">
      <div className={styles.head}>
        <h2 id="change">
          Misses more promises <span>{sinceAbout(episode, timeZone)}</span>
        </h2>
        <p>{howSure(episode)}</p>
      </div>
      <p className={styles.sentence}>
        {vendor.name}: {missesInWords(episode)}.{concentrated !== null && ` ${concentrated}`}
        {episode.fleetEpisode !== null && ' All vendors together missed more promises when it began.'}
      </p>
      {evidence !== null && evidence.expectedInterval !== null && (
        <MissChart days={around(days, since)} since={since} expected={evidence.expectedInterval} />
      )}
      {explanation === null ? (
        <p className={styles.note}>
          Nothing is left to compare with: there were no orders before, or they have expired.
        </p>
      ) : (
        <>
          <Rates episode={episode} explanation={explanation} timeZone={timeZone} page={page} />
          <p className={styles.orders}>
            <RowLink to="/orders" search={searchOf(explanation.orders)} from={page}>
              See the {pluralize(explanation.after.missed, 'missed order')}
            </RowLink>
          </p>
          <div className={styles.parts}>
            <Parts title="By outcome" parts={outcomeParts(explanation)} orders={explanation.orders} page={page} />
            {shownDimensions(explanation).map(({ name, title }) => (
              <Parts
                key={name}
                title={title}
                parts={partsOf(explanation, name)}
                orders={explanation.orders}
                page={page}
              />
            ))}
          </div>
        </>
      )}
    </section>
  );
}

/** The days from four weeks before the change on, or the latest four weeks. */
function around(days: VendorDay[], since: string): VendorDay[] {
  const began = days.findIndex(({ date }) => date >= since);
  return days.slice(Math.max(0, (began < 0 ? days.length : began) - 28));
}

interface RateRow {
  name: string;
  when: string;
  due: number;
  missed: number;
  rate: number;
  /** The interval of the rate, if the row shows it. */
  band: Interval | null;
  /** The list of its missed orders, as an address of the API, if there is one. */
  orders?: string | undefined;
}

/** The rates of missed promises: before, after, and what was to be expected since the change next to what was seen. */
function Rates({
  episode: { evidence },
  explanation: { before, after, orders },
  timeZone,
  page,
}: {
  episode: Episode;
  explanation: Explanation;
  timeZone: string;
  page: string;
}) {
  const days = ({ from, to }: { from: string; to: string }) =>
    daysInWords(isoDay(from, timeZone), isoDay(new Date(Date.parse(to) - 1).toISOString(), timeZone));
  const rows: RateRow[] = [
    { ...before, name: 'Before', when: days(before), band: null },
    { ...after, name: 'After', when: days(after), band: null, orders },
  ];
  if (evidence !== null && evidence.rate !== null) {
    const { due, missed, expected, expectedInterval, rate, rateInterval } = evidence;
    const when = 'since the change';
    rows.push(
      {
        name: 'Expected',
        when,
        due,
        missed: Math.round(expected),
        rate: (100 * expected) / due,
        band: expectedInterval,
      },
      { name: 'Seen', when, due, missed, rate, band: rateInterval },
    );
  }
  return (
    <Table label="Missed promises before and after, scrolls sideways">
      <thead>
        <tr>
          <th scope="col">Promises</th>
          <th scope="col" className={numberClass}>
            Due
          </th>
          <th scope="col" className={numberClass}>
            Missed
          </th>
          <th scope="col" className={numberClass}>
            Rate
          </th>
          <th scope="col">Of all that were due</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, when, due, missed, rate, band, orders }) => (
          <tr key={name}>
            <th scope="row">
              {name} <small>{when}</small>
            </th>
            <td className={numberClass}>
              <Orders
                value={due}
                search={orders === undefined ? undefined : { ...searchOf(orders), onTime: undefined }}
                page={page}
              />
            </td>
            <td className={numberClass}>
              <Orders value={missed} search={orders === undefined ? undefined : searchOf(orders)} page={page} />
            </td>
            <td className={numberClass}>{percent(rate)}</td>
            <td className={styles.cell}>
              <svg className={styles.bar} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect className={styles.track} width="100" height="10" />
                <rect data-row={name} width={rate} height="10" />
                {band !== null && (
                  <rect className={styles.band} x={band.lower} width={band.upper - band.lower} y="3" height="4" />
                )}
              </svg>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** A count, as a link to its orders if there is a list of them. */
function Orders({ value, search, page }: { value: number; search: OrdersSearch | undefined; page: string }) {
  if (search === undefined) return count(value);
  return (
    <RowLink to="/orders" search={search} from={page}>
      {count(value)}
    </RowLink>
  );
}

/** The parts of the rise, in percentage points. They add up to it. */
function Parts({ title, parts, orders, page }: { title: string; parts: ChangePart[]; orders: string; page: string }) {
  const rise = parts.reduce((sum, { points }) => sum + points, 0);
  const widest = Math.max(...parts.map(({ points }) => Math.abs(points)), 0.001);
  return (
    <div className={styles.part}>
      <Table label={`${title}, scrolls sideways`}>
        <thead>
          <tr>
            <th scope="col">{title}</th>
            <th scope="col" className={numberClass}>
              Missed
            </th>
            <th scope="col" className={numberClass}>
              Points
            </th>
            <th scope="col">
              <VisuallyHidden>Part of the rise</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {parts.map(({ name, missedBefore, missedAfter, points, search }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className={numberClass}>
                {count(missedBefore)} →{' '}
                {search === undefined || missedAfter === 0 ? (
                  count(missedAfter)
                ) : (
                  <RowLink
                    to="/orders"
                    search={{ ...searchOf(orders), ...search }}
                    from={page}
                    label={`${count(missedAfter)} missed, ${name}: show the orders`}
                  >
                    {count(missedAfter)}
                  </RowLink>
                )}
              </td>
              <td className={numberClass}>{signed(points)}</td>
              <td className={styles.cell}>
                <svg className={styles.bar} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                  <rect className={styles.track} width="100" height="10" />
                  <rect data-row={points < 0 ? 'fall' : 'rise'} width={(100 * Math.abs(points)) / widest} height="10" />
                </svg>
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">The rise</th>
            <td />
            <td className={numberClass}>{signed(rise)}</td>
            <td />
          </tr>
        </tfoot>
      </Table>
    </div>
  );
}

/** `+12.3`, `−0.4` */
function signed(points: number): string {
  return `${points < -0.05 ? '−' : '+'}${decimal(Math.abs(points))}`;
}

/** The search of an address of the API. */
function searchOf(address: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(address.slice(address.indexOf('?'))));
}
