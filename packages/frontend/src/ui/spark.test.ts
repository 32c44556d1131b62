import { describe, expect, test } from 'vitest';
import { area, countScale, describeValues, height, line, pointAt, rateScale } from './spark';

describe('a small chart', () => {
  test('of counts starts at zero, also if all are large', () => {
    expect(countScale([1600, null, 1674])).toEqual({ low: 0, high: 1674 });
    expect(countScale([0, 0]), 'no division by zero').toEqual({ low: 0, high: 1 });
  });

  test('of rates ends at 100 % and starts at a multiple of ten', () => {
    expect(rateScale([97.2, null, 91])).toEqual({ low: 90, high: 100 });
    expect(rateScale([90, 99]), 'the lowest is not on the edge').toEqual({ low: 80, high: 100 });
    expect(rateScale([100])).toEqual({ low: 90, high: 100 });
    expect(rateScale([0])).toEqual({ low: 0, high: 100 });
    expect(rateScale([null])).toEqual({ low: 90, high: 100 });
  });

  test('is higher for a higher value, and never outside its box', () => {
    const scale = { low: 0, high: 10 };
    expect(height(10, scale)).toBe(4);
    expect(height(0, scale)).toBe(96);
    expect(height(20, scale)).toBe(4);
  });

  test('has a gap at a missing value, which is not zero', () => {
    expect(line([1, null, 1, 0], { low: 0, high: 1 })).toBe('M0 4h0M64.7 4h0L97 96');
    expect(area([1, null, 1], { low: 0, high: 1 })).toBe('');
    expect(line([null, null], { low: 0, high: 1 })).toBe('');
    expect(pointAt([1, null], { low: 0, high: 1 }, 1)).toBeNull();
  });

  test('of small counts has steps', () => {
    expect(line([0, 2], { low: 0, high: 2 }, true)).toBe('M0 96h0H97V4');
  });

  test('has a description', () => {
    expect(describeValues([null, 3, 9, 1, 4], String)).toBe('from 3 to 4, lowest 1, highest 9');
    expect(describeValues([null], String)).toBe('no data');
  });
});
