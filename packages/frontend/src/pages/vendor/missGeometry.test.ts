import { expect, test } from 'vitest';
import type { VendorDay } from '../../api/types';
import { missGeometry } from './missGeometry';

/** Days from 1 March on with these on-time percentages. */
function days(...percentages: (number | null)[]): VendorDay[] {
  return percentages.map(
    (onTimePercentage, index) => ({ date: `2026-03-0${index + 1}`, onTimePercentage }) as unknown as VendorDay,
  );
}

test('the line is what was missed, the band what was to be expected since the change', () => {
  const { band, lines, ticks, bottom, since, left } = missGeometry(
    days(100, 90, 60, 60),
    '2026-03-03',
    { lower: 5, upper: 15 },
    436,
  );
  expect(ticks.map(({ value }) => value)).toEqual([0, 20, 40]);
  const top = ticks[2]?.y ?? 0;
  expect(lines).toEqual([`86.0,${bottom}.0 186.0,${bottom - (bottom - top) / 4}.0 286.0,${top}.0 386.0,${top}.0`]);
  expect(since).toBe(left + 250);
  expect(band.x).toBe(since);
  expect(band.y).toBeCloseTo(bottom - (15 / 40) * (bottom - top));
  expect(band.height).toBeCloseTo((10 / 40) * (bottom - top));
});

test('days without anything due are a gap, and a change after the last day has no band', () => {
  const { lines, band } = missGeometry(days(100, null, 100, 100), '2026-03-09', { lower: 0, upper: 0 }, 436);
  expect(lines.map((line) => line.split(' ').length)).toEqual([1, 2]);
  expect([band.width, band.height]).toEqual([0, 2]);
});
