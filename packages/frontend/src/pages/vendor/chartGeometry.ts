/** The geometry of the history chart, in pixels. Pure functions of the days and a width. */
import type { VendorDay } from '../../api/types';
import { type Box, countCeiling, labelIndexes, linear, percentFloor, percentTicks, ranges } from '../../ui/chart/scale';

/** Pixels for the numbers of the axes, the caption of each part, the labels of the days, and the bars. */
const AXIS = 36;
const CAPTION = 26;
const DAYS = 28;
const VOLUME = 56;
/** Between the centres of two labelled days, at least. */
const LABEL = 62;

export interface ChartGeometry {
  width: number;
  height: number;
  /** Reliability above, orders below, each with its own base line. */
  rates: Box;
  volume: Box;
  /** The start of the percent axis. */
  floor: number;
  ticks: { value: number; y: number }[];
  targetY: number;
  /** The centres of the days, and the distance between two. */
  xs: number[];
  step: number;
  /** The points of the line, and the outlines of the interval around it: one for each range of days without a gap. */
  lines: string[];
  bands: string[];
  /** Days without a neighbour to draw a line to. */
  isolated: { x: number; y: number }[];
  /** The position of a day's reliability; null if there is none. */
  ys: (number | null)[];
  bars: { x: number; y: number; width: number; height: number }[];
  /** The end of the order axis. */
  maxOrders: number;
  labels: { index: number; x: number }[];
}

/** `target`: the line below which a vendor is at risk, in percent. */
export function chartGeometry(days: VendorDay[], width: number, target: number): ChartGeometry {
  const height = width < 560 ? 360 : 420;
  const volume: Box = { left: AXIS, right: width, top: height - DAYS - VOLUME, bottom: height - DAYS };
  const rates: Box = { left: AXIS, right: width, top: CAPTION, bottom: volume.top - CAPTION - 14 };
  const step = (width - AXIS) / Math.max(1, days.length);
  const xs = days.map((_, index) => AXIS + step * (index + 0.5));

  const intervals = days.map((day) => day.reliabilityInterval);
  const floor = percentFloor(intervals.flatMap((interval) => (interval === null ? [] : [interval.lower])));
  const y = linear(floor, 100, rates.bottom, rates.top);
  const ys = days.map(({ reliabilityScore }) => (reliabilityScore === null ? null : y(reliabilityScore)));
  const segments = ranges(ys);

  const maxOrders = countCeiling(Math.max(0, ...days.map((day) => day.day.placedOrders)));
  const volumeY = linear(0, maxOrders, volume.bottom, volume.top);
  const gap = step > 12 ? 3 : step > 5 ? 2 : step > 3 ? 1 : 0.5;

  return {
    width,
    height,
    rates,
    volume,
    floor,
    ticks: percentTicks(floor).map((value) => ({ value, y: y(value) })),
    targetY: y(target),
    xs,
    step,
    lines: segments.filter(([first, last]) => last > first).map((segment) => points(segment, (index) => ys[index], xs)),
    bands: segments.map(([first, last]) => {
      // The interval of an isolated day gets a width inside its day.
      const half = first === last ? step / 3 : 0;
      const upper = points([first, last], (index) => yOf(intervals[index]?.upper), xs, half);
      const lower = points([first, last], (index) => yOf(intervals[index]?.lower), xs, half);
      return `${upper} ${lower.split(' ').reverse().join(' ')}`;
    }),
    isolated: segments.filter(([first, last]) => last === first).map(([at]) => ({ x: xs[at] ?? 0, y: ys[at] ?? 0 })),
    ys,
    bars: days.map(({ day }, index) => {
      const top = volumeY(day.placedOrders);
      return {
        x: AXIS + step * index + gap / 2,
        y: top,
        width: step - gap,
        height: volume.bottom - top,
      };
    }),
    maxOrders,
    labels: labelIndexes(days.length, step, LABEL).map((index) => ({ index, x: xs[index] ?? 0 })),
  };

  function yOf(percent: number | undefined): number | null {
    return percent === undefined ? null : y(percent);
  }
}

/** The index of the day at `x` pixels from the left; outside the chart, that of the first or the last day. */
export function dayAt({ xs, step, rates }: ChartGeometry, x: number): number {
  return Math.max(0, Math.min(xs.length - 1, Math.floor((x - rates.left) / step)));
}

function points(
  [first, last]: [number, number],
  y: (index: number) => number | null | undefined,
  xs: number[],
  half = 0,
): string {
  const corners: string[] = [];
  for (let index = first; index <= last; index += 1) {
    const at = y(index) ?? 0;
    const x = xs[index] ?? 0;
    if (half > 0) corners.push(corner(x - half, at), corner(x + half, at));
    else corners.push(corner(x, at));
  }
  return corners.join(' ');
}

function corner(x: number, y: number): string {
  return `${x.toFixed(1)},${y.toFixed(1)}`;
}
