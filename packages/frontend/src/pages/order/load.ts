import { get } from '../../api/client';
import { optional } from '../../api/optional';
import type { OrderDetail, VendorReport } from '../../api/types';

export interface OrderData {
  detail: OrderDetail;
  /** Who makes and ships it. */
  vendor: VendorReport['vendor'] | null;
  /** When this was read, in milliseconds of the reader's clock. */
  readAt: number;
}

/** The order names its vendor by id only; what the vendor is called comes after. */
export async function loadOrder(orderId: string, signal: AbortSignal): Promise<OrderData> {
  const detail = await get('/api/orders/by-id/{id}', { path: { id: orderId } }, signal);
  const readAt = Date.now();
  const { order } = detail;
  const report =
    order === null ? null : await optional(get('/vendors/{id}/report', { path: { id: order.vendorId } }, signal));
  return { detail, vendor: report?.vendor ?? null, readAt };
}
