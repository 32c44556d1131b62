import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Order } from '../../api/types';
import { long } from '../../format/durations';
import { money } from '../../format/numbers';
import { Timestamp } from '../../ui/Timestamp';
import { Value } from '../../ui/Value';
import { handoverDelay } from './handover';
import type { OrderSearch } from './load';
import styles from './OrderFacts.module.css';

/** The fields of the order. */
export function OrderFacts({
  order,
  vendorName,
  now,
  search: { asOf },
}: {
  order: Order;
  vendorName: string | null;
  /** The instant of the order, in milliseconds. */
  now: number;
  search: OrderSearch;
}) {
  const at = (instant: string | null, reason: string) =>
    instant === null ? <Value text={null} reason={reason} /> : <Timestamp instant={instant} />;
  const lateHandover = handoverDelay(order, now);
  const afterEnd = (
    [
      ['Returned', order.returnedAt],
      ['Refunded', order.refundedAt],
      ['Replacement arrived', order.replacementArrivedAt],
    ] as const
  ).flatMap(([name, instant]): [string, ReactNode][] =>
    instant === null ? [] : [[name, <Timestamp key={name} instant={instant} />]],
  );
  const facts: [string, ReactNode][] = [
    ['Reference', <Value key="reference" text={order.reference} reason="no reference was reported" />],
    [
      'Vendor',
      <Link
        key="vendor"
        to="/vendors/$vendorId"
        params={{ vendorId: order.vendorId }}
        search={{ date: asOf?.slice(0, 10) }}
      >
        {vendorName ?? order.vendorId}
      </Link>,
    ],
    [
      'Value',
      <Value
        key="value"
        text={order.giftValue === null ? null : money(order.giftValue, order.currency)}
        reason="no value was reported"
      />,
    ],
    ['Gift type', <Value key="gift" text={order.giftType} reason="no gift type was reported" />],
    ['Rush', order.isRush ? 'Yes' : 'No'],
    ['Placed', at(order.createdAt, '')],
    ['Ship by', at(order.shipBy, 'no ship-by was reported')],
    [
      'Handed over',
      <span key="handover">
        {at(order.handedOverAt, 'no handover of all parcels was reported')}
        {lateHandover !== null && <small className={styles.late}>{long(lateHandover)} after the ship-by</small>}
      </span>,
    ],
    ['Promised', at(order.estimatedDelivery, 'no promise was reported')],
    ['Arrived', at(order.actualDelivery, 'no arrival of all parcels was reported')],
    ['Ended', at(order.completedAt, 'the order is open')],
    ...afterEnd,
    [
      'Destination',
      <Value
        key="destination"
        text={order.destination === null ? null : destinationText(order.destination)}
        reason="no destination was reported"
      />,
    ],
    ['Carrier', <Value key="carrier" text={order.carrier} reason="no carrier was reported" />],
    [
      'Tracking number',
      order.trackingNumber === null ? (
        <Value key="tracking" text={null} reason="no tracking number was reported" />
      ) : (
        <code key="tracking">{order.trackingNumber}</code>
      ),
    ],
    ['Last update', at(order.updatedAt, '')],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' });

/** `São Paulo, Brazil, postal code 040…` */
function destinationText({ country, region, postalPrefix }: NonNullable<Order['destination']>): string {
  return [region, regions.of(country), postalPrefix == null ? null : `postal code ${postalPrefix}…`]
    .filter((part) => part != null)
    .join(', ');
}
