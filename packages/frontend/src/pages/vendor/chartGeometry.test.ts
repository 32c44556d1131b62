import { describe, expect, test } from 'vitest';
import type { VendorDay } from '../../api/types';
import { chartGeometry, dayAt } from './chartGeometry';

/** Consecutive days: reliability with its interval, or null, and the orders placed. */
function days(...given: [reliability: [lower: number, score: number, upper: number] | null, placed: number][]) {
  return given.map(
    ([reliability, placedOrders], index): VendorDay => ({
      date: `2026-11-${String(index + 1).padStart(2, '0')}`,
      reliabilityScore: reliability?.[1] ?? null,
      reliabilityInterval: reliability === null ? null : { lower: reliability[0], upper: reliability[2] },
      onTimePercentage: null,
      totalOrders: placedOrders,
      completedOrders: 0,
      issueCount: 0,
      activeOrders: 0,
      delayedOrders: 0,
      day: { placedOrders, completedOrders: 0, issueCount: 0 },
    }),
  );
}

const corners = (points: string) => points.split(' ').map((corner) => corner.split(',').map(Number));

describe('the geometry of the history chart', () => {
  const some = days([[70, 90, 97], 3], [[72, 91, 98], 0], [null, 1], [[40, 100, 100], 10], [null, 4]);
  const geometry = chartGeometry(some, 536, 85);

  test('keeps everything inside its plot area', () => {
    for (const width of [280, 536, 1300]) {
      const { bands, lines, bars, rates, volume, xs } = chartGeometry(some, width, 85);
      for (const [x = 0, y = 0] of [...bands, ...lines].flatMap(corners)) {
        expect(x).toBeGreaterThanOrEqual(rates.left);
        expect(x).toBeLessThanOrEqual(width);
        expect(y).toBeGreaterThanOrEqual(rates.top - 0.05);
        expect(y).toBeLessThanOrEqual(rates.bottom + 0.05);
      }
      for (const bar of bars) {
        expect(bar.x).toBeGreaterThanOrEqual(volume.left);
        expect(bar.x + bar.width).toBeLessThanOrEqual(width);
        expect(bar.y + bar.height).toBeCloseTo(volume.bottom);
      }
      expect(xs).toHaveLength(5);
    }
  });

  test('starts its axis at or below the lowest interval', () => {
    expect(geometry.floor).toBe(40);
    expect(geometry.ticks[0]).toEqual({ value: 40, y: geometry.rates.bottom });
    expect(geometry.ticks.at(-1)).toEqual({ value: 100, y: geometry.rates.top });
    const { rates, targetY } = geometry;
    expect((rates.bottom - targetY) / (rates.bottom - rates.top)).toBeCloseTo(45 / 60);
  });

  test('does not draw over days without a value', () => {
    expect(geometry.lines).toHaveLength(1);
    expect(corners(geometry.lines[0] ?? '')).toHaveLength(2);
    expect(geometry.bands).toHaveLength(2);
    expect(geometry.isolated).toEqual([{ x: geometry.xs[3], y: geometry.rates.top }]);
    expect(geometry.ys.map((y) => y === null)).toEqual([false, false, true, false, true]);
  });

  test('outlines an interval along its upper end, and back along its lower end', () => {
    const y = (percent: number) =>
      geometry.rates.bottom - ((percent - 40) / 60) * (geometry.rates.bottom - geometry.rates.top);
    const [first, second] = geometry.xs;
    const expected = [
      [first, y(97)],
      [second, y(98)],
      [second, y(72)],
      [first, y(70)],
    ];
    corners(geometry.bands[0] ?? '').forEach(([x, at], index) => {
      expect(x).toBeCloseTo(expected[index]?.[0] ?? Number.NaN, 0);
      expect(at).toBeCloseTo(expected[index]?.[1] ?? Number.NaN, 0);
    });
  });

  test('draws bars in proportion to the orders', () => {
    expect(geometry.maxOrders).toBe(10);
    const full = geometry.volume.bottom - geometry.volume.top;
    expect(geometry.bars.map((bar) => bar.height / full)).toEqual(
      [0.3, 0, 0.1, 1, 0.4].map((part) => expect.closeTo(part)),
    );
  });

  test('finds the day at the pointer, and the nearest one outside the chart', () => {
    expect(geometry.xs.map((x) => dayAt(geometry, x))).toEqual([0, 1, 2, 3, 4]);
    expect([dayAt(geometry, -50), dayAt(geometry, 5000)]).toEqual([0, 4]);
  });

  test('of no data is empty', () => {
    const empty = chartGeometry(days([null, 0], [null, 0]), 300, 85);
    expect([empty.lines, empty.bands, empty.isolated]).toEqual([[], [], []]);
    expect(empty.bars.every((bar) => bar.height === 0)).toBe(true);
    expect(chartGeometry([], 300, 85).xs).toEqual([]);
  });
});
