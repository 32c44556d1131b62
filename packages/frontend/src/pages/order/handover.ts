import type { Order } from '../../api/types';

const MINUTE = 60_000;

/**
 * Milliseconds from the ship-by to the handover, or to now if the order waits for it; null if it is not late. A deadline
 * passes at the end of its minute. `now`: when the order was loaded, in milliseconds.
 */
export function handoverDelay({ shipBy, handedOverAt, completedAt }: Order, now: number): number | null {
  if (shipBy === null || (handedOverAt === null && completedAt !== null)) return null;
  const at = handedOverAt === null ? now : Date.parse(handedOverAt);
  const delay = at - Date.parse(shipBy);
  return Math.floor(at / MINUTE) > Math.floor(Date.parse(shipBy) / MINUTE) ? delay : null;
}
