import { describe, expect, test } from 'vitest';
import type { Status } from '../../api/types';
import { activeStatuses, endedStatuses } from '../../format/labels';
import { activeFilters } from './filters';
import { headline } from './headline';
import type { OrdersSummary } from './load';

const statuses: Status[] = [...activeStatuses, ...endedStatuses];

function summary(total: number, totalIsLowerBound = false): OrdersSummary {
  const none = Object.fromEntries(statuses.map((status) => [status, 0])) as NonNullable<OrdersSummary['statusBreakdown']>;
  return { total, totalIsLowerBound, statusBreakdown: { ...none, ARRIVED: total } };
}

const headlineText = (all: OrdersSummary, late: OrdersSummary | null) => {
  const { orders, late: lateText } = headline(all, late, true);
  return lateText === null ? orders : `${orders} ${lateText}`;
};

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
    expect(headlineText(summary(10_000, true), summary(312))).toBe('10,000 or more orders, 312 late.');
    expect(headlineText(summary(10_000, true), summary(10_000, true))).toBe(
      '10,000 or more orders, 10,000 or more late.',
    );
  });

  test('says why the list is empty', () => {
    expect(headline(summary(0), null, true).orders).toBe('No order matches.');
    expect(headline(summary(0), null, false).orders).toBe('No orders yet.');
  });
});

describe('the active filters', () => {
  test('are listed one by one, each with the search without it', () => {
    const filter = { vendorId: 'flowers', status: 'ARRIVED,LOST', dateFrom: '2026-11-01', delayed: 'true' };
    expect(activeFilters(filter, 'Premium Flowers')).toEqual([
      { label: 'Premium Flowers', rest: { vendorId: undefined } },
      { label: 'Arrived', rest: { status: 'LOST' } },
      { label: 'Lost', rest: { status: 'ARRIVED' } },
      { label: 'Placed from 1 Nov 2026', rest: { dateFrom: undefined } },
      { label: 'Late', rest: { delayed: undefined } },
    ]);
    expect(activeFilters({ q: '1Z99' }, undefined)).toEqual([{ label: 'Number: 1Z99', rest: { q: undefined } }]);
    expect(activeFilters({}, undefined)).toEqual([]);
  });
});
