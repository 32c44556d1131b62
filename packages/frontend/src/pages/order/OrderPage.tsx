import type { OrderDetail } from '../../api/types';
import { statusWord } from '../../format/words';

/** One order and all that was told of it. */
export function OrderPage({ data: { orderId, order } }: { data: OrderDetail }) {
  return (
    <>
      <title>{`${orderId} · Goody`}</title>
      <h1>{order === null ? 'Its placement is not known yet.' : `${statusWord[order.status]}.`}</h1>
    </>
  );
}
