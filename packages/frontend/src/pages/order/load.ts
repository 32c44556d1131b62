import { get } from '../../api/client';
import { optional } from '../../api/optional';
import type { OrderDetail, VendorReport } from '../../api/types';

export interface OrderData {
  detail: OrderDetail;
  /** The vendor of the order; null if the order has no placement or the vendor cannot be loaded. */
  vendor: VendorReport['vendor'] | null;
  /** When the data was loaded, in milliseconds of the client's clock. */
  readAt: number;
}

/** Reads the order first: it has only the id of its vendor, whose name needs a second request. */
export async function loadOrder(orderId: string, signal: AbortSignal): Promise<OrderData> {
  const detail = await get('/api/orders/by-id/{id}', { path: { id: orderId } }, signal);
  const readAt = Date.now();
  const { order } = detail;
  const report =
    order === null ? null : await optional(get('/vendors/{id}/report', { path: { id: order.vendorId } }, signal));
  return { detail, vendor: report?.vendor ?? null, readAt };
}
