import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Order } from '../../api/types';
import { money } from '../../format/numbers';
import { Timestamp } from '../../ui/Timestamp';
import { Value } from '../../ui/Value';
import styles from './OrderFacts.module.css';

/** The fields of the order. */
export function OrderFacts({ order, vendorName }: { order: Order; vendorName: string | null }) {
  const at = (instant: string | null, reason: string) =>
    instant === null ? <Value text={null} reason={reason} /> : <Timestamp instant={instant} />;
  const facts: [string, ReactNode][] = [
    [
      'Vendor',
      <Link key="vendor" to="/vendors/$vendorId" params={{ vendorId: order.vendorId }}>
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
    ['Ship by', at(order.shipBy, 'no time was reported')],
    ['Promised', at(order.estimatedDelivery, 'no promise was reported')],
    ['Arrived', at(order.actualDelivery, 'no arrival was reported')],
    ['Ended', at(order.completedAt, 'the order is open')],
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
