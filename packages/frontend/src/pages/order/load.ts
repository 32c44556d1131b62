import { get } from '../../api/client';
import { optional } from '../../api/optional';
import type { OrderDetail, VendorReport } from '../../api/types';

/** The date or the instant of which the order is shown; now if undefined. */
export interface OrderSearch {
  asOf?: string;
}

export interface OrderData {
  detail: OrderDetail;
  /** The vendor of the order; null if the order has no placement or the vendor cannot be loaded. */
  vendor: VendorReport['vendor'] | null;
  /** The instant of the order in milliseconds: when it was loaded, by the client's clock, or a past one. */
  at: number;
}

/** Reads the order first: it has only the id of its vendor, whose name needs a second request. */
export async function loadOrder(orderId: string, { asOf }: OrderSearch, signal: AbortSignal): Promise<OrderData> {
  const detail = await get('/api/orders/by-id/{id}', { path: { id: orderId }, query: { asOf } }, signal);
  const at = asOf === undefined ? Date.now() : Date.parse(detail.asOf);
  const { order } = detail;
  const report =
    order === null ? null : await optional(get('/vendors/{id}/report', { path: { id: order.vendorId } }, signal));
  return { detail, vendor: report?.vendor ?? null, at };
}
