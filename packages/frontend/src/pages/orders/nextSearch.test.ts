import { describe, expect, test } from 'vitest';
import { firstPageSearch } from './nextSearch';
import type { OrdersSearch } from './search';

/** The search after a change, without what is not set. */
const next = (search: OrdersSearch, changes: OrdersSearch) =>
  Object.fromEntries(Object.entries(firstPageSearch(search, changes)).filter(([, value]) => value !== undefined));

describe('the search after a change', () => {
  test('starts at the first page', () => {
    expect(next({ status: 'LOST', order: 'asc', cursor: 'abc', page: '3' }, { region: 'SP' })).toEqual({
      status: 'LOST',
      order: 'asc',
      region: 'SP',
    });
  });

  test('never asks for ended orders among those to chase', () => {
    expect(next({ status: 'PLACED,LOST' }, { delayedByHours: '48' })).toEqual({
      status: 'PLACED',
      delayedByHours: '48',
    });
    expect(next({ status: 'LOST' }, { sort: 'value' })).toEqual({ sort: 'value' });
    expect(next({ outcome: 'LOST' }, { stalled: 'true' })).toEqual({ stalled: 'true' });
    expect(next({ completedFrom: '2018-03-09', region: 'SP' }, { unshipped: 'true' })).toEqual({
      unshipped: 'true',
      region: 'SP',
    });
    expect(next({ unshipped: 'true', valueFrom: '100', sort: 'promise' }, { status: 'ARRIVED' })).toEqual({
      status: 'ARRIVED',
    });
    expect(next({ stalled: 'true' }, { completedTo: '2018-03-15' })).toEqual({ completedTo: '2018-03-15' });
    expect(next({ stalled: 'true' }, { status: 'PLACED' })).toEqual({ stalled: 'true', status: 'PLACED' });
  });

  test('never asks for open orders among those that ended in a period', () => {
    const week = { completedFrom: '2018-03-09', completedTo: '2018-03-15' };
    expect(next({ status: 'PLACED,LOST' }, week)).toEqual({ status: 'LOST', ...week });
    expect(next({ status: 'PLACED' }, week)).toEqual(week);
    expect(next(week, { status: 'PLACED' })).toEqual({ status: 'PLACED' });
    expect(next(week, { status: 'LOST' })).toEqual({ status: 'LOST', ...week });
  });

  test('has no sort for a list that is sorted by its period', () => {
    expect(next({ sort: 'promise', delayed: 'true' }, { dueFrom: '2018-03-09' })).toEqual({
      delayed: 'true',
      dueFrom: '2018-03-09',
    });
    expect(next({ sort: 'placed', order: 'asc' }, { dateFrom: '2018-03-09' })).toEqual({
      sort: 'placed',
      order: 'asc',
      dateFrom: '2018-03-09',
    });
  });

  test('shows every status again, although a sort is of open orders only', () => {
    expect(next({ status: 'PLACED', delayed: 'true', sort: 'promise' }, { status: undefined })).toEqual({
      delayed: 'true',
    });
  });

  test('has one of two filters that exclude each other', () => {
    expect(next({ outcome: 'LOST' }, { status: 'DAMAGED' })).toEqual({ status: 'DAMAGED' });
    expect(next({ status: 'DAMAGED' }, { outcome: 'LOST' })).toEqual({ outcome: 'LOST' });
    expect(next({ delayedByHours: '48' }, { delayed: 'false' })).toEqual({ delayed: 'false' });
    expect(next({ delayed: 'false' }, { delayedByHours: '48' })).toEqual({ delayedByHours: '48' });
  });
});
