import { describe, expect, test } from 'vitest';
import { countCeiling, labelIndexes, linear, percentFloor, percentTicks, ranges } from './scale';

describe('a percent axis', () => {
  test('starts at or below all values, and at most at 80', () => {
    expect(percentFloor([99.1, 97])).toBe(80);
    expect(percentFloor([79.9])).toBe(70);
    expect(percentFloor([60])).toBe(60);
    expect(percentFloor([3.2, 88])).toBe(0);
    expect(percentFloor([])).toBe(80);
  });

  test('has a tick at both ends', () => {
    expect(percentTicks(80)).toEqual([80, 85, 90, 95, 100]);
    expect(percentTicks(50)).toEqual([50, 60, 70, 80, 90, 100]);
    for (const floor of [0, 10, 20, 30, 40, 50, 60, 70, 80]) {
      const ticks = percentTicks(floor);
      expect([ticks[0], ticks.at(-1)]).toEqual([floor, 100]);
    }
  });
});

describe('a count axis', () => {
  test('ends at a round number that is not below any value', () => {
    expect([0, 1, 4, 7, 23, 61, 100, 101, 1247].map(countCeiling)).toEqual([1, 1, 4, 8, 30, 80, 100, 200, 2000]);
  });
});

describe('positions', () => {
  test('are proportional, also for a reversed and for an empty scale', () => {
    const y = linear(80, 100, 200, 0);
    expect([80, 90, 100].map(y)).toEqual([200, 100, 0]);
    expect(linear(5, 5, 10, 20)(5)).toBe(10);
  });

  test('have a gap at a missing value', () => {
    expect(ranges([null, 1, 2, null, 0, null])).toEqual([
      [1, 2],
      [4, 4],
    ]);
    expect(ranges([null, null])).toEqual([]);
  });

  test('are labelled from the last one back, as far apart as the labels need', () => {
    expect(labelIndexes(30, 26, 64)).toEqual([2, 5, 8, 11, 14, 17, 20, 23, 26, 29]);
    expect(labelIndexes(90, 3.2, 64)).toEqual([5, 26, 47, 68, 89]);
    expect(labelIndexes(3, 300, 64)).toEqual([0, 1, 2]);
  });
});
