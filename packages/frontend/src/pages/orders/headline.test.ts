import { describe, expect, test } from 'vitest';
import type { Status } from '../../api/types';
import { activeStatuses, endedStatuses, issueStatuses } from '../../format/labels';
import { activeFilters } from './filters';
import { headline } from './headline';
import type { OrdersSummary } from './load';
import type { OrdersFilter } from './search';

const statuses: Status[] = [...activeStatuses, ...endedStatuses];

function summary(total: number, totalIsLowerBound = false): OrdersSummary {
  const none = Object.fromEntries(statuses.map((status) => [status, 0])) as OrdersSummary['statusBreakdown'];
  return { total, totalIsLowerBound, statusBreakdown: none };
}

const headlineText = (all: OrdersSummary, late: OrdersSummary | null, filter: OrdersFilter = {}) => {
  const { orders, late: lateText } = headline(all, late, filter, true);
  return lateText === null ? orders : `${orders} ${lateText}`;
};

const open = activeStatuses.join();
const issues = issueStatuses.join();

describe('the headline of the orders', () => {
  test('says how many there are, and how many of them are late', () => {
    expect(headlineText(summary(1247), summary(18))).toBe('1,247 orders, 18 late.');
    expect(headlineText(summary(1247), summary(0))).toBe('1,247 orders, none late.');
    expect(headlineText(summary(18), summary(18))).toBe('18 orders, all late.');
    expect(headlineText(summary(12), null)).toBe('12 orders, none late.');
    expect(headlineText(summary(1), summary(1))).toBe('1 order, late.');
    expect(headlineText(summary(1), null)).toBe('1 order, not late.');
  });

  test('marks a count that is a lower bound', () => {
    expect(headlineText(summary(10_000, true), summary(312))).toBe('At least 10,000 orders, 312 late.');
    expect(headlineText(summary(10_000, true), summary(10_000, true))).toBe(
      'At least 10,000 orders, at least 10,000 late.',
    );
  });

  test('says what the list is', () => {
    const all = summary(16);
    const late = summary(3);
    const completed = { completedFrom: '2018-03-09', completedTo: '2018-03-15' };
    expect(headlineText(all, late, { status: issues, ...completed })).toBe('16 issues of 9–15 Mar 2018, 3 late.');
    expect(headlineText(summary(1), null, { status: issues, ...completed })).toBe(
      '1 issue of 9–15 Mar 2018, not late.',
    );
    expect(headlineText(all, late, { status: 'LOST', completedFrom: '2018-03-09' })).toBe(
      '16 lost orders completed from 9 Mar 2018, 3 late.',
    );
    expect(headlineText(all, late, { dueFrom: '2018-03-09', dueTo: '2018-03-15' })).toBe(
      '16 orders due 9–15 Mar 2018, 3 late.',
    );
    expect(headlineText(all, null, { dueTo: '2018-03-15', onTime: 'false' })).toBe(
      '16 orders due until 15 Mar 2018 and not on time.',
    );
    expect(headlineText(all, late, { unshipped: 'true', status: open })).toBe('16 unshipped orders, 3 late.');
    expect(headlineText(all, null, { delayed: 'true', status: open, asOf: '2018-03-15' })).toBe(
      '16 overdue orders at the end of 15 Mar 2018.',
    );
    expect(headlineText(all, late, { status: open, asOf: '2018-03-15T14:30:00Z' })).toBe(
      '16 open orders as of 15 Mar 2018, 14:30 UTC, 3 late.',
    );
  });

  test('says why the list is empty', () => {
    expect(headline(summary(0), null, {}, true).orders).toBe('No order matches.');
    expect(headline(summary(0), null, {}, false).orders).toBe('No orders yet.');
  });
});

const labels = (filter: OrdersFilter, currency = 'USD') =>
  activeFilters(filter, undefined, currency).map(({ label }) => label);

describe('the active filters', () => {
  test('are listed one by one, each with the search without it', () => {
    const filter = { vendorId: 'flowers', status: 'ARRIVED,LOST', dateFrom: '2026-11-01', delayed: 'true' };
    expect(activeFilters(filter, 'Premium Flowers', 'USD')).toEqual([
      { label: 'Premium Flowers', rest: { vendorId: undefined } },
      { label: 'Arrived', rest: { status: 'LOST' } },
      { label: 'Lost', rest: { status: 'ARRIVED' } },
      { label: 'Placed from 1 Nov 2026', rest: { dateFrom: undefined, dateTo: undefined } },
      { label: 'Late', rest: { delayed: undefined } },
    ]);
    expect(activeFilters({ q: '1Z99' }, undefined, 'USD')).toEqual([{ label: 'Number: 1Z99', rest: { q: undefined } }]);
    expect(activeFilters({}, undefined, 'USD')).toEqual([]);
  });

  test('are in plain words', () => {
    expect(labels({ dueFrom: '2018-03-09', dueTo: '2018-03-15', onTime: 'false' })).toEqual([
      'Due 9–15 Mar 2018',
      'Not on time',
    ]);
    expect(labels({ status: open, delayedByHours: '48', valueFrom: '10000', asOf: '2018-03-15' })).toEqual([
      'Open',
      'Overdue by more than 2 days',
      'Worth at least $100',
      'As of 15 Mar 2018',
    ]);
    expect(labels({ outcome: issues, delayedByHours: '36', valueTo: '9950' })).toEqual([
      'Issues',
      'Overdue by more than 36 hours',
      'Worth at most $99.50',
    ]);
    expect(labels({ valueFrom: '1200' }, 'JPY')).toEqual(['Worth at least ¥1,200']);
    expect(
      labels({
        shipDueTo: '2018-03-15',
        shippedOnTime: 'true',
        unshipped: 'true',
        stalled: 'false',
        isRush: 'true',
        giftType: 'candle',
        carrier: 'UPS',
        region: 'SP',
        promiseDays: '1',
      }),
    ).toEqual([
      'Ship by until 15 Mar 2018',
      'Handed over in time',
      'Unshipped',
      'Not stalled',
      'Rush',
      'Gift: candle',
      'Carrier: UPS',
      'Region: SP',
      'Promised in 1 day',
    ]);
  });
});
