import type { components } from '@goody/api';

type OrderEvent = components['schemas']['OrderEventView'];

const DAY = 86_400_000;

/** The placement of an order at `now`, in milliseconds, with a deadline for the handover and a promise. */
function placement(now: number): OrderEvent {
  const day = (days: number) => new Date(now + days * DAY).toISOString().slice(0, 10);
  return {
    eventId: 'placed-1',
    orderId: 'order-1',
    status: 'PLACED',
    occurredAt: new Date(now).toISOString().replace(/\.\d+/, ''),
    vendorId: 'my-vendor',
    vendorName: 'My first vendor',
    shipBy: day(2),
    estimatedDelivery: day(4),
    giftValue: 4900,
    currency: 'USD',
    giftType: 'flowers',
    isRush: false,
    reference: '1001',
  };
}

const AUTHORIZATION = "-H 'authorization: Bearer TOKEN'";

/** The command that sends one event to the server at `origin`. `TOKEN` stands for a token, if the server needs one. */
export function eventCommand(origin: string, needsToken: boolean, now: number): string {
  return lines([
    `curl ${origin}/api/orders/events`,
    "-H 'content-type: application/json'",
    ...(needsToken ? [AUTHORIZATION] : []),
    `-d '${JSON.stringify(placement(now), null, 2)}'`,
  ]);
}

/** The command that sends the events of another database to the server at `origin`, which needs a token. */
export function copyCommand(origin: string): string {
  return lines([
    `goody export events | curl ${origin}/api/orders/events`,
    "-H 'content-type: application/x-ndjson'",
    AUTHORIZATION,
    '--data-binary @-',
  ]);
}

/** The parts of a command, each on its own line. */
function lines(parts: string[]): string {
  return parts.join(' \\\n').replaceAll('\n', '\n  ');
}
