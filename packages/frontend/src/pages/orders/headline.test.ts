import { describe, expect, test } from 'vitest';
import type { Status } from '../../api/types';
import { activeStatuses, endedStatuses } from '../../format/labels';
import { activeFilters } from './filters';
import { headline } from './headline';
import type { OrdersSummary } from './load';

const statuses: Status[] = [...activeStatuses, ...endedStatuses];

function summary(total: number, totalIsLowerBound = false): OrdersSummary {
  const none = Object.fromEntries(statuses.map((status) => [status, 0])) as OrdersSummary['statusBreakdown'];
  return { total, totalIsLowerBound, statusBreakdown: { ...none, ARRIVED: total } };
}

const headlineText = (all: OrdersSummary, late: OrdersSummary | null) => {
  const { orders, late: lateText } = headline(all, late, true);
  return lateText === null ? orders : `${orders} ${lateText}`;
};

describe('the answer over the orders', () => {
  test('says how many there are, and how many of them are late', () => {
    expect(headlineText(summary(1247), summary(18))).toBe('1,247 orders, 18 late.');
    expect(headlineText(summary(1247), summary(0))).toBe('1,247 orders, none late.');
    expect(headlineText(summary(18), summary(18))).toBe('18 orders, all late.');
    expect(headlineText(summary(12), null)).toBe('12 orders, none late.');
    expect(headlineText(summary(1), summary(1))).toBe('1 order, late.');
    expect(headlineText(summary(1), null)).toBe('1 order, not late.');
  });

  test('never says more than was counted', () => {
    expect(headlineText(summary(10_000, true), summary(312))).toBe('10,000 or more orders, 312 late.');
    expect(headlineText(summary(10_000, true), summary(10_000, true))).toBe(
      '10,000 or more orders, 10,000 or more late.',
    );
  });

  test('says why there is nothing', () => {
    expect(headline(summary(0), null, true).orders).toBe('No order matches.');
    expect(headline(summary(0), null, false).orders).toBe('No orders yet.');
  });
});

describe('the filters that are on', () => {
  test('are told one by one, each with the address without it', () => {
    const filter = { vendorId: 'flowers', status: 'ARRIVED,LOST', dateFrom: '2026-11-01', delayed: 'true' };
    expect(activeFilters(filter, 'Premium Flowers')).toEqual([
      { label: 'Premium Flowers', rest: { vendorId: undefined } },
      { label: 'Arrived', rest: { status: 'LOST' } },
      { label: 'Lost', rest: { status: 'ARRIVED' } },
      { label: 'Placed from 1 Nov 2026', rest: { dateFrom: undefined } },
      { label: 'Late', rest: { delayed: undefined } },
    ]);
    expect(activeFilters({}, undefined)).toEqual([]);
  });
});
