import type { Status } from '../../api/types';
import { activeStatuses, endedStatuses, statusLabel } from '../../format/labels';
import { type Count, fleetCounts } from '../orders/ordersBehind';

/** The counts of a vendor's report, by the names of the API. */
export const vendorCounts = {
  ...fleetCounts,
  arrivedOrders: { noun: 'arrived', happened: 'completed', search: { status: 'ARRIVED' } },
  cancelledOrders: { noun: 'cancelled', happened: 'completed', search: { status: 'CANCELLED' } },
  shipDueOrders: { noun: 'to hand over', happened: 'shipDue', search: {} },
  shippedOnTime: { noun: 'handed over in time', happened: 'shipDue', search: { shippedOnTime: 'true' } },
  returnedOrders: { noun: 'returned', happened: 'returned', search: {} },
  refundedOrders: { noun: 'refunded', happened: 'refunded', search: {} },
} satisfies Record<string, Count>;

/** Those that follow from others, and have no name in the API. */
export const furtherCounts = {
  missedPromises: { noun: 'due and not on time', happened: 'due', search: { onTime: 'false' } },
  missedDeadlines: { noun: 'not handed over in time', happened: 'shipDue', search: { shippedOnTime: 'false' } },
  endedOrders: { noun: 'ended', happened: 'completed', search: { status: endedStatuses.join() } },
  handedOverOrders: { noun: 'handed over', happened: 'handedOver', search: {} },
} satisfies Record<string, Count>;

/** The orders in a status: of an active one at the end of the window, of an outcome those that ended in the window. */
export const statusCount = Object.fromEntries([
  ...activeStatuses.map((status): [Status, Count] => [status, { noun: statusLabel[status], search: { status } }]),
  ...endedStatuses.map((status): [Status, Count] => [
    status,
    { noun: statusLabel[status], happened: 'completed', search: { status } },
  ]),
]) as Record<Status, Count>;
