import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Order } from '../../api/types';
import { money } from '../../format/numbers';
import { Timestamp } from '../../ui/Timestamp';
import { Value } from '../../ui/Value';
import styles from './OrderFacts.module.css';

/** What is known of the order, by itself. */
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
        reason="no value was told"
      />,
    ],
    ['Gift type', <Value key="gift" text={order.giftType} reason="no gift type was told" />],
    ['Rush', order.isRush ? 'Yes' : 'No'],
    ['Placed', at(order.createdAt, '')],
    ['To be handed over by', at(order.shipBy, 'no time was told')],
    ['Promised', at(order.estimatedDelivery, 'nothing was promised')],
    ['Arrived', at(order.actualDelivery, 'no arrival was told')],
    ['Ended', at(order.completedAt, 'it is still open')],
    ['Carrier', <Value key="carrier" text={order.carrier} reason="no carrier was told" />],
    [
      'Tracking number',
      order.trackingNumber === null ? (
        <Value key="tracking" text={null} reason="no tracking number was told" />
      ) : (
        <code key="tracking">{order.trackingNumber}</code>
      ),
    ],
    ['Latest news', at(order.updatedAt, '')],
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
