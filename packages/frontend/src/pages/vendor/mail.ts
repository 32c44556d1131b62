/** A mail to a vendor, already written: what it missed, and which orders are overdue. The sender edits it in the mail program. */
import type { OrderList, VendorReport, VendorSignals } from '../../api/types';
import { missesInWords, sinceAbout } from '../../format/changes';
import { short } from '../../format/durations';
import { count, money, pluralize } from '../../format/numbers';
import { isoDay, shortDay } from '../../format/times';

export interface MailFacts {
  vendor: VendorReport['vendor'];
  overdue: OrderList;
  signals: VendorSignals | null;
  timeZone: string;
  /** The instant of the report. */
  asOf: string;
}

/** The address of the mail; null if the contact of the vendor is no mail address. */
export function mailTo(facts: MailFacts): string | null {
  const contact = facts.vendor.supportContact;
  if (!contact?.includes('@')) return null;
  return `mailto:${contact}?subject=${encodeURIComponent(subject(facts))}&body=${encodeURIComponent(body(facts))}`;
}

function subject({ overdue }: MailFacts): string {
  const { total } = overdue.summary;
  return total > 0 ? pluralize(total, 'overdue order') : 'Your orders';
}

function body({ vendor, overdue, signals, timeZone, asOf }: MailFacts): string {
  const { orders, summary } = overdue;
  const episode = signals?.episode ?? null;
  const paragraphs = [`Hello ${vendor.name},`];
  if (episode !== null && episode.evidence !== null)
    paragraphs.push(`${sentenceStart(sinceAbout(episode, timeZone))}, ${missesInWords(episode)}.`);
  if (orders.length > 0) {
    const lines = orders.map((order) => line(order, timeZone, asOf));
    const more = summary.total - orders.length;
    if (more > 0) lines.push(`and ${count(more)} more`);
    paragraphs.push(
      `${pluralize(summary.total, 'order is', 'orders are')} past the promise and not there yet:`,
      lines.join('\r\n'),
      'Please write when each of them will arrive, or what happened to it.',
    );
  }
  // Spaces that do not break are for the page.
  return paragraphs.join('\r\n\r\n').replaceAll('\u00a0', ' ');
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

function sentenceStart(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
