/** A mail to a vendor, already written: what it missed, and which orders are overdue. The sender edits it. */
import type { OrderList, VendorReport, VendorSignals } from '../../api/types';
import { missesInWords, sinceAbout } from '../../format/changes';
import { short } from '../../format/durations';
import { count, money, pluralize } from '../../format/numbers';
import { capitalized } from '../../format/sentences';
import { isoDay, shortDay } from '../../format/times';

export interface MailFacts {
  vendor: VendorReport['vendor'];
  overdue: OrderList;
  signals: VendorSignals | null;
  timeZone: string;
  /** The instant of the report. */
  asOf: string;
}

export interface Mail {
  subject: string;
  text: string;
}

/** The address of a contact, if it is one of mail. */
export function mailAddress(contact: string | null): string | null {
  return contact?.includes('@') ? contact : null;
}

/** A link that opens the mail in the mail program of the sender. */
export function mailLink(address: string, { subject, text }: Mail): string {
  return `mailto:${address}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(text.replaceAll('\n', '\r\n'))}`;
}

export function writeMail(facts: MailFacts): Mail {
  const { orders, summary } = facts.overdue;
  const subject =
    summary.total > 0 ? capitalized(overdueInWords(facts, 'overdue order', 'overdue orders')) : 'Your orders';
  const { vendor, signals, timeZone, asOf } = facts;
  const episode = signals?.episode ?? null;
  const paragraphs = [`Hello ${vendor.name},`];
  if (episode !== null && episode.evidence !== null)
    paragraphs.push(`${capitalized(sinceAbout(episode, timeZone))}, ${missesInWords(episode)}.`);
  if (orders.length > 0) {
    const lines = orders.map((order) => line(order, timeZone, asOf));
    const more = summary.total - orders.length;
    if (more > 0) lines.push(`and ${count(more)} ${summary.totalIsLowerBound ? 'or ' : ''}more`);
    paragraphs.push(
      `${capitalized(overdueInWords(facts, 'order is', 'orders are'))} past the promise and not there yet:`,
      lines.join('\n'),
      'Please write when each of them will arrive, or what happened to it.',
    );
  }
  // Spaces that do not break are for the page.
  return { subject, text: paragraphs.join('\n\n').replaceAll('\u00a0', ' ') };
}

function overdueInWords({ overdue: { summary } }: MailFacts, one: string, many: string): string {
  return `${summary.totalIsLowerBound ? 'at least ' : ''}${pluralize(summary.total, one, many)}`;
}

/** `- 1001 (tracking 1Z999), promised 3 Mar 2026, 12 d late, $41.20` */
function line(order: OrderList['orders'][number], timeZone: string, asOf: string): string {
  const parts = [`- ${order.reference ?? order.orderId}`];
  if (order.trackingNumber !== null) parts[0] += ` (tracking ${order.trackingNumber})`;
  if (order.estimatedDelivery !== null) {
    parts.push(`promised ${shortDay(isoDay(order.estimatedDelivery, timeZone))}`);
    parts.push(`${short(Date.parse(asOf) - Date.parse(order.estimatedDelivery))} late`);
  }
  if (order.giftValue !== null) parts.push(money(order.giftValue, order.currency));
  return parts.join(', ');
}
