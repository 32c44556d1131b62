import { expect, test } from 'vitest';
import { type MailFacts, mailAddress, mailLink, writeMail } from './mail';

const late = {
  orderId: 'o-1',
  reference: '#1001',
  trackingNumber: '1Z999',
  estimatedDelivery: '2026-03-03T23:59:59Z',
  giftValue: 4120,
  currency: 'USD',
};
const facts = {
  vendor: { name: 'Blossom & Co', supportContact: 'care@blossom.example' },
  overdue: {
    orders: [late, { ...late, orderId: 'o-2', reference: null, trackingNumber: null, giftValue: null }],
    summary: { total: 14 },
  },
  signals: {
    episode: { since: '2026-03-03T00:00:00Z', evidence: { signal: 'promise', due: 96, missed: 31, expected: 12.1 } },
  },
  timeZone: 'UTC',
  asOf: '2026-03-10T12:00:00Z',
} as unknown as MailFacts;

/** The recipient, the subject, and the paragraphs of a mail. */
function read(facts: MailFacts): unknown[] {
  const url = new URL(mailLink(mailAddress(facts.vendor.supportContact) ?? '', writeMail(facts)));
  return [
    url.pathname,
    url.searchParams.get('subject'),
    ...(url.searchParams.get('body') ?? '').split('\r\n\r\n').map((part) => part.split('\r\n')),
  ];
}

test('says what was missed and since when, and lists the overdue orders', () => {
  expect(read(facts)).toEqual([
    'care@blossom.example',
    '14 overdue orders',
    ['Hello Blossom & Co,'],
    ['Since about Tue 3 Mar, 31 of 96 orders due were missed, where 12 were to be expected.'],
    ['14 orders are past the promise and not there yet:'],
    [
      '- #1001 (tracking 1Z999), promised 3 Mar 2026, 6 d 12 h late, $41.20',
      '- o-2, promised 3 Mar 2026, 6 d 12 h late',
      'and 12 more',
    ],
    ['Please write when each of them will arrive, or what happened to it.'],
  ]);
});

test('of a vendor without a change and overdue orders it is only addressed, and without an address there is none', () => {
  const calm = { ...facts, signals: null, overdue: { orders: [], summary: { total: 0 } } } as unknown as MailFacts;
  expect(read(calm)).toEqual(['care@blossom.example', 'Your orders', ['Hello Blossom & Co,']]);
  expect([mailAddress('+1 555 0100'), mailAddress(null)]).toEqual([null, null]);
});

test('says that there may be more orders than were counted', () => {
  const many = { ...facts.overdue, summary: { total: 10_000, totalIsLowerBound: true } } as MailFacts['overdue'];
  const { subject, text } = writeMail({ ...facts, overdue: many });
  expect(subject).toBe('At least 10,000 overdue orders');
  expect(text).toContain('At least 10,000 orders are past the promise');
  expect(text).toContain('and 9,998 or more');
});
