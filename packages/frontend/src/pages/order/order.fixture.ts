import type { Order } from '../../api/types';

/** An order with default values, except for `overrides`. */
export function plainOrder(overrides: Partial<Order> & Pick<Order, 'createdAt' | 'estimatedDelivery'>): Order {
  return {
    orderId: 'o-1',
    vendorId: 'flowers',
    status: 'PLACED',
    updatedAt: overrides.createdAt,
    shipBy: null,
    handedOverAt: null,
    refundedAt: null,
    returnedAt: null,
    replacementArrivedAt: null,
    suspect: false,
    reference: null,
    destination: null,
    actualDelivery: null,
    completedAt: null,
    isDelayed: false,
    giftValue: 6400,
    currency: 'USD',
    giftType: null,
    isRush: false,
    carrier: null,
    trackingNumber: null,
    reason: null,
    ...overrides,
  };
}
