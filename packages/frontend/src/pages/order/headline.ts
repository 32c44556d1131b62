import type { Order, Parcel } from '../../api/types';
import { long } from '../../format/durations';
import { statusLabel } from '../../format/labels';
import type { DurationBreakdown } from './durationBreakdown';

/** The headline: the status of the order, compared with its promise. `late` is the part that is emphasized. */
export function headline(
  order: Order,
  { late, early, length }: DurationBreakdown,
  parcels: Parcel[] = [],
): { text: string; late: string | null } {
  const past = (text: string) => (late === null ? null : late === 0 ? text : `${long(late)} ${text}`);
  switch (order.status) {
    case 'PLACED':
      return open(parcels.some(({ handedOverAt }) => handedOverAt !== null) ? 'Partly shipped' : 'Not shipped yet');
    case 'SHIPPING_ON_TIME':
      return open('On its way');
    case 'SHIPPING_DELAYED':
      return open(late === null ? 'On its way, reported delayed' : 'On its way');
    case 'ARRIVED':
      if (order.suspect) return { text: 'Arrived; its times are suspect.', late: null };
      if (late !== null) return { text: 'Arrived', late: `${past('late')}.` };
      if (early === null) return { text: `Arrived after ${long(length)}.`, late: null };
      return { text: early === 0 ? 'Arrived just in time.' : `Arrived ${long(early)} early.`, late: null };
    case 'DAMAGED':
      // The damage may be reported after the arrival. The order then ended with the arrival.
      if (order.actualDelivery === null) return ended();
      return {
        text: late === null ? 'Arrived damaged.' : 'Arrived damaged,',
        late: late === null ? null : `${past('late')}.`,
      };
    case 'CANCELLED':
      return late === null ? { text: `Cancelled after ${long(length)}.`, late: null } : ended();
    default:
      return ended();
  }

  function open(text: string) {
    if (late !== null) return { text: `${text},`, late: `${past('late')}.` };
    if (early === null) return { text: `${text}.`, late: null };
    return { text: `${text}, ${early === 0 ? 'due now' : `due in ${long(early)}`}.`, late: null };
  }

  function ended() {
    const text = statusLabel[order.status];
    return late === null
      ? { text: `${text}.`, late: null }
      : { text: `${text},`, late: `${past('past the promise')}.` };
  }
}
