/** Events of what goes wrong, for pictures and tests: a vendor that has stalled, orders of several parcels, and an order without a placement. */
import { PATIENCE } from './server.mjs';

const HOUR = 3_600_000;

/** @typedef {Record<string, unknown>} Event */

/**
 * @param {string} orderId
 * @param {string} status
 * @param {number} hours before now
 * @param {Event} more
 * @returns {Event}
 */
function event(orderId, status, hours, more = {}) {
  const occurredAt = new Date(Date.now() - hours * HOUR).toISOString();
  return { eventId: `${status}-${hours}`, orderId, status, occurredAt, ...more };
}

/**
 * @param {string} orderId
 * @param {number} hours before now
 * @param {{ shipBy: number, promise: number }} within hours after the placement
 * @param {Event} more
 */
function placed(orderId, hours, { shipBy, promise }, more = {}) {
  const at = (/** @type {number} */ after) => new Date(Date.now() - (hours - after) * HOUR).toISOString();
  return event(orderId, 'PLACED', hours, {
    vendorId: 'quiet-press',
    vendorName: 'Quiet Press',
    shipBy: at(shipBy),
    estimatedDelivery: at(promise),
    giftValue: 4250,
    currency: 'USD',
    giftType: 'print',
    ...more,
  });
}

const week = { shipBy: 48, promise: 120 };

/** A vendor that arrived on time until a week ago. Since then it hands over less, and nothing arrives. */
function stalledVendor() {
  const many = (/** @type {number} */ number, /** @type {(id: string, index: number) => Event[]} */ of) =>
    Array.from({ length: number }, (_, index) => of(`quiet-${number}-${index}`, index)).flat();
  return [
    ...many(58, (id, index) => [
      placed(id, 400 - index, week),
      event(id, 'SHIPPING_ON_TIME', 370 - index),
      event(id, 'ARRIVED', 300 - index),
    ]),
    ...many(51, (id, index) => [placed(id, 250 - index, week), event(id, 'SHIPPING_ON_TIME', 190 - index)]),
    ...many(27, (id, index) => [placed(id, 220 - index, week)]),
    ...many(49, (id, index) => [placed(id, 40 - index / 2, week)]),
  ];
}

/** One order of each kind that has its own texts on the order page. */
export const orders = { parcels: 'gift-box-3', returned: 'gift-back', suspect: 'gift-early', replaced: 'gift-again' };

function specialOrders() {
  const ofParcel = (/** @type {string} */ parcelId, /** @type {Event} */ more = {}) => ({ parcelId, ...more });
  return [
    placed(orders.parcels, 170, week, {
      reference: 'Nº 2026/1141 – Weihnachten',
      destination: { country: 'DE', region: 'Bayern', postalPrefix: '80' },
    }),
    event(orders.parcels, 'SHIPPING_ON_TIME', 130, ofParcel('box-1', { carrier: 'northwind', trackingNumber: 'NW-1' })),
    event(
      orders.parcels,
      'SHIPPING_ON_TIME',
      80,
      ofParcel('box-2', { attributes: { depot: 'Hamburg', scale: '2.1 kg' } }),
    ),
    event(orders.parcels, 'ARRIVED', 60, ofParcel('box-1')),
    event(orders.parcels, 'SHIPPING_DELAYED', 20, ofParcel('box-2', { reason: 'Held up at the depot' })),
    event(orders.parcels, 'SHIPPING_ON_TIME', 10, ofParcel('a-third-box-with-a-long-id:0042')),
    placed(orders.returned, 300, week),
    event(orders.returned, 'SHIPPING_ON_TIME', 270),
    event(orders.returned, 'ARRIVED', 200),
    event(orders.returned, 'RETURN_TO_SENDER', 90, { reason: 'Not to the taste of the recipient' }),
    event(orders.returned, 'CANCELLED', 80),
    event(orders.returned, 'ARRIVED', 30),
    placed(orders.suspect, 100, week),
    event(orders.suspect, 'ARRIVED', 300),
    placed(orders.replaced, 300, week),
    event(orders.replaced, 'LOST', 200),
    event(orders.replaced, 'SHIPPING_ON_TIME', 150),
    event(orders.replaced, 'ARRIVED', 100),
    event('gift-unplaced', 'SHIPPING_ON_TIME', 5),
  ];
}

/**
 * Sends all of them, and waits until the reports include them. Throws an error if the server rejects one.
 * @param {string} address of the server
 */
export async function sendStuckOrders(address) {
  const response = await fetch(`${address}/api/orders/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([...stalledVendor(), ...specialOrders()]),
  });
  const answer = await response.json();
  if (!response.ok || answer.rejected !== 0) throw new Error(`The server rejected events: ${JSON.stringify(answer)}`);
  const end = Date.now() + PATIENCE;
  while (!(await isCounted(address))) {
    if (Date.now() > end) throw new Error('The reports do not include the orders');
    await new Promise((done) => setTimeout(done, 100));
  }
}

/**
 * Whether the reports include all open orders of the vendor, and the health the one without a placement.
 * @param {string} address of the server
 */
async function isCounted(address) {
  const { vendors } = await (await fetch(`${address}/api/vendors?q=quiet-press`)).json();
  const { unplacedOrders } = await (await fetch(`${address}/api/dashboard`)).json();
  return vendors[0]?.activeOrders === 51 + 27 + 49 + 1 && unplacedOrders === 1;
}
