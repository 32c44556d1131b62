import { Link } from '@tanstack/react-router';
import { count, money, percent } from '../../format/numbers';
import { ownZone } from '../../format/times';
import { addressOf } from '../../routes/addressOf';
import { BackLink } from '../../ui/BackLink';
import { Button } from '../../ui/Button';
import { DateBar } from '../../ui/DateBar';
import { Exports } from '../../ui/Exports';
import { ListNotes } from '../../ui/ListNotes';
import { PageHead } from '../../ui/PageHead';
import { numberClass, Table } from '../../ui/Table';
import { Timestamp } from '../../ui/Timestamp';
import { formatOrNull, Value } from '../../ui/Value';
import { CountLink, type ReportLink, reportLink } from '../orders/CountLink';
import { OrderLink } from '../orders/OrderLink';
import { ordersBehind } from '../orders/ordersBehind';
import type { ProofData, ProofList } from './load';
import styles from './ProofPage.module.css';
import { type ProvenRate, provenRate, provenRates } from './rates';
import type { ProofSearch } from './search';

/** A rate of a vendor, order by order: each with the fact that decided it. */
export function ProofPage({ data, search }: { data: ProofData; search: ProofSearch }) {
  const { vendor, date, asOf, isPast, timeZone, window, good, bad } = data;
  const { vendorId, name } = vendor;
  const proven = provenRate(search.of);
  const score = window[proven.rate] as number | null;
  const report = reportLink({ vendorId, date, isPast, page: `${proven.title} of ${name}` }, search, undefined);
  const value = formatOrNull(score, percent);
  const filter = ordersBehind(report, proven.lists.all);
  return (
    <>
      <title>{`${proven.title} of ${name}, order by order · ${report.days} · Goody`}</title>
      <BackLink fallback={{ href: addressOf({ to: '/vendors/$vendorId', params: { vendorId } }), name }} />
      <PageHead
        label={`${name}, ${report.label}`}
        title={
          <>
            {proven.title}: <Value text={value} reason={`no order counts in ${report.inWords}`} />
          </>
        }
        about={<DateBar date={date} isPast={isPast} timeZone={timeZone} search={search} isCompared={false} />}
      >
        <p className={styles.sum}>
          <CountLink report={report} of={proven.lists.good} value={window[proven.good] as number} /> of{' '}
          <CountLink report={report} of={proven.lists.all} value={window[proven.all] as number} />
          {value !== null && ` = ${value}`}. Data as of <Timestamp instant={asOf} />.
        </p>
      </PageHead>
      <div className={styles.actions}>
        <nav aria-label="Rate">
          {provenRates.map(({ name: of, title }) => (
            <Link
              key={of}
              to="."
              search={(search: ProofSearch) => ({ ...search, of })}
              aria-current={of === proven.name || undefined}
              activeOptions={{ exact: true }}
              replace
            >
              {title}
            </Link>
          ))}
        </nav>
        <Exports resource="orders" filter={{ ...filter }} />
        <Button onClick={() => globalThis.window.print()}>Print</Button>
      </div>
      <List title={proven.words[1]} list={bad} proven={proven} report={report} />
      <List title={proven.words[0]} list={good} proven={proven} report={report} />
      <ListNotes>
        Times are in your time zone ({ownZone}), days in the report time zone ({timeZone}). Every order that counts is
        in one of the two lists; the other orders of the vendor do not count in these days.
      </ListNotes>
    </>
  );
}

function List({
  title,
  list: { orders, total, totalIsLowerBound },
  proven,
  report,
}: {
  title: string;
  list: ProofList;
  proven: ProvenRate;
  report: ReportLink;
}) {
  return (
    <section className={styles.list} aria-label={title}>
      <h2>
        {title}: {totalIsLowerBound && 'at least '}
        {count(total)}
      </h2>
      {orders.length < total && <p>The first {count(orders.length)} are shown. The exported file has all of them.</p>}
      {orders.length > 0 && (
        <Table label={`${title}, scrolls sideways`}>
          <thead>
            <tr>
              <th scope="col">Order</th>
              <th scope="col">What decided it</th>
              <th scope="col" className={numberClass}>
                Value
              </th>
            </tr>
          </thead>
          <tbody>
            {orders.map((order) => (
              <tr key={order.orderId}>
                <th scope="row" className={styles.id}>
                  <OrderLink orderId={order.orderId} report={report} />
                </th>
                <td className={styles.fact}>{proven.fact(order)}</td>
                <td className={numberClass}>
                  <Value
                    text={order.giftValue === null ? null : money(order.giftValue, order.currency)}
                    reason="no value was reported"
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  );
}
