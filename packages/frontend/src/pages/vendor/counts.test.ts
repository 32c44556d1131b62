import { describe, expect, test } from 'vitest';
import type { Status, Window } from '../../api/types';
import { activeStatuses, endedStatuses } from '../../format/labels';
import { type Count, ordersBehind, type WindowName } from '../orders/ordersBehind';
import { furtherCounts, statusCount, vendorCounts } from './counts';

const today = { vendorId: 'flowers', date: '2018-03-15', isPast: false };
const past = { ...today, isPast: true };
const fleet = { date: '2018-03-15', isPast: true };

/** The search as an address shows it: without what is not set. */
const search = (report: typeof today | typeof fleet, count: Count, window?: WindowName) =>
  Object.fromEntries(Object.entries(ordersBehind(report, count, window)).filter(([, value]) => value !== undefined));

const open = 'PLACED,SHIPPING_ON_TIME,SHIPPING_DELAYED';
const issues = 'LOST,DAMAGED,UNDELIVERABLE,RETURN_TO_SENDER';

/** By the definitions in docs/NUMBERS.md: what has to have happened in the window, and what else holds. */
const inWindow: [keyof typeof vendorCounts | keyof typeof furtherCounts, string, Record<string, string>][] = [
  ['totalOrders', 'date', {}],
  ['completedOrders', 'completed', { status: `ARRIVED,${issues}` }],
  ['arrivedOrders', 'completed', { status: 'ARRIVED' }],
  ['issueCount', 'completed', { status: issues }],
  ['cancelledOrders', 'completed', { status: 'CANCELLED' }],
  ['dueOrders', 'due', {}],
  ['onTimeDeliveries', 'due', { onTime: 'true' }],
  ['missedPromises', 'due', { onTime: 'false' }],
  ['shipDueOrders', 'shipDue', {}],
  ['shippedOnTime', 'shipDue', { shippedOnTime: 'true' }],
  ['missedDeadlines', 'shipDue', { shippedOnTime: 'false' }],
  ['endedOrders', 'completed', { status: `ARRIVED,${issues},CANCELLED` }],
  ['handedOverOrders', 'handedOver', {}],
  ['returnedOrders', 'returned', {}],
  ['refundedOrders', 'refunded', {}],
];

const atTheEnd: [keyof typeof vendorCounts, Record<string, string>][] = [
  ['activeOrders', { status: open }],
  ['delayedOrders', { status: open, delayed: 'true', sort: 'promise' }],
  ['unshippedOrders', { status: open, unshipped: 'true' }],
  ['stalledOrders', { status: open, stalled: 'true' }],
];

const counts: Record<string, Count> = { ...vendorCounts, ...furtherCounts };

describe('the orders behind a count', () => {
  test.each(inWindow)('%s are those of the seven days, or of the seven before', (name, happened, rest) => {
    const count = counts[name] as Count;
    const current = { [`${happened}From`]: '2018-03-09', [`${happened}To`]: '2018-03-15', ...rest };
    const previous = { [`${happened}From`]: '2018-03-02', [`${happened}To`]: '2018-03-08', ...rest };
    expect(search(today, count)).toEqual({ vendorId: 'flowers', ...current });
    expect(search(past, count, 'current7d'), 'a window in the past needs no instant').toEqual(search(today, count));
    expect(search(past, count, 'previous7d')).toEqual({ vendorId: 'flowers', ...previous });
    expect(search(fleet, count)).toEqual(current);
  });

  test.each(atTheEnd)('%s are those of now, or of the end of a past day', (name, rest) => {
    const count = counts[name] as Count;
    expect(search(today, count)).toEqual({ vendorId: 'flowers', ...rest });
    expect(search(past, count)).toEqual({ vendorId: 'flowers', ...rest, asOf: '2018-03-15' });
    expect(search(fleet, count)).toEqual({ ...rest, asOf: '2018-03-15' });
  });

  test.each(activeStatuses)('in the status %s are those in it at the end', (status) => {
    expect(search(today, statusCount[status])).toEqual({ vendorId: 'flowers', status });
    expect(search(past, statusCount[status])).toEqual({ vendorId: 'flowers', status, asOf: '2018-03-15' });
  });

  test.each(endedStatuses)('in the status %s are those that ended so in the seven days', (status) => {
    const expected = { vendorId: 'flowers', completedFrom: '2018-03-09', completedTo: '2018-03-15', status };
    expect(search(past, statusCount[status])).toEqual(expected);
  });

  test('are there for every count of a report', () => {
    type CountName = { [Name in keyof Window]: Window[Name] extends number ? Name : never }[keyof Window];
    // A new count breaks the type check until it is here.
    const all: Record<CountName, true> = {
      totalOrders: true,
      completedOrders: true,
      arrivedOrders: true,
      issueCount: true,
      cancelledOrders: true,
      dueOrders: true,
      onTimeDeliveries: true,
      shipDueOrders: true,
      shippedOnTime: true,
      returnedOrders: true,
      refundedOrders: true,
    };
    const tested = [...inWindow, ...atTheEnd].map(([name]) => name as string);
    expect(Object.keys(counts).sort()).toEqual(tested.toSorted());
    expect(tested).toEqual(expect.arrayContaining(Object.keys(all)));
    const statuses: Status[] = [...activeStatuses, ...endedStatuses];
    expect(Object.keys(statusCount).sort()).toEqual(statuses.sort());
  });
});
