import { describe, expect, test } from 'vitest';
import { isSortedByPeriod, type OrdersSearch, ordersSearch } from './search';

describe('the search of the orders', () => {
  test('has every filter of the address, and nothing else', () => {
    const address = { dueFrom: '2018-03-09', asOf: '2018-03-15', sort: 'promise', page: '2', status: '', utm: 'mail' };
    expect(ordersSearch(address as OrdersSearch)).toEqual({
      dueFrom: '2018-03-09',
      asOf: '2018-03-15',
      sort: 'promise',
      page: '2',
    });
  });

  test('of a past day without a filter is of the orders that were open then', () => {
    const open = { asOf: '2018-03-15', page: '2', status: 'PLACED,SHIPPING_ON_TIME,SHIPPING_DELAYED' };
    expect(ordersSearch({ asOf: '2018-03-15', page: '2' })).toEqual(open);
    expect(ordersSearch({ asOf: '2018-03-15', vendorId: 'a' })).toEqual({ asOf: '2018-03-15', vendorId: 'a' });
    expect(ordersSearch({ page: '2' })).toEqual({ page: '2' });
  });

  test('is sorted by its period, unless that is of the placement', () => {
    expect(isSortedByPeriod({ dueTo: '2018-03-15' })).toBe(true);
    expect(isSortedByPeriod({ shippedOnTime: 'false' })).toBe(true);
    expect(isSortedByPeriod({ dateFrom: '2018-03-15', delayed: 'true' })).toBe(false);
  });
});
