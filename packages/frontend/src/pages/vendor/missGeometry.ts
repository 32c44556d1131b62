/** The geometry of the chart of missed promises, in pixels. A pure function of the days and a width. */
import type { Interval, VendorDay } from '../../api/types';
import { labelIndexes, linear, ranges } from '../../ui/chart/scale';

/** Pixels for the numbers of the axis, the labels of the days, above the plot, and for the plot. */
const AXIS = 36;
const DAYS = 26;
const ABOVE = 8;
const PLOT = 140;
/** Between the centres of two labelled days, at least. */
const LABEL = 70;

export interface MissGeometry {
  height: number;
  left: number;
  bottom: number;
  ticks: { value: number; y: number }[];
  /** What was to be expected since the change. At least two pixels high. */
  band: { x: number; y: number; width: number; height: number };
  /** Where the change began. */
  since: number;
  /** The points of the line: one for each range of days on which something was due. */
  lines: string[];
  labels: { index: number; x: number }[];
}

export function missGeometry(days: VendorDay[], since: string, expected: Interval, width: number): MissGeometry {
  const bottom = ABOVE + PLOT;
  const missed = days.map(({ onTimePercentage }) => (onTimePercentage === null ? null : 100 - onTimePercentage));
  const greatest = Math.max(expected.upper, ...missed.map((percent) => percent ?? 0));
  const top = [10, 20, 40, 60, 80, 100].find((percent) => percent >= greatest) ?? 100;
  const y = linear(0, top, bottom, ABOVE);
  const step = (width - AXIS) / Math.max(1, days.length);
  const centre = (index: number) => AXIS + step * (index + 0.5);
  const began = days.findIndex(({ date }) => date >= since);
  const start = began < 0 ? width : centre(began);
  const upper = y(expected.upper);
  return {
    height: bottom + DAYS,
    left: AXIS,
    bottom,
    ticks: [0, top / 2, top].map((value) => ({ value, y: y(value) })),
    band: { x: start, y: upper, width: width - start, height: Math.max(2, y(expected.lower) - upper) },
    since: start,
    lines: ranges(missed).map(([from, to]) =>
      Array.from({ length: to - from + 1 }, (_, at) => from + at)
        .map((index) => `${centre(index).toFixed(1)},${y(missed[index] ?? 0).toFixed(1)}`)
        .join(' '),
    ),
    labels: labelIndexes(days.length, step, LABEL).map((index) => ({
      index,
      x: index === days.length - 1 ? width : centre(index),
    })),
  };
}
