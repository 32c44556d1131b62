/** Geometry for charts: numbers to pixels, and the ticks of an axis. Pure functions without rendering. */

/** The plot area of a chart, in pixels. */
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A linear scale from numbers to pixels: `from` is at `at`, `to` is at `until`. */
export function linear(from: number, to: number, at: number, until: number): (value: number) => number {
  const perUnit = to === from ? 0 : (until - at) / (to - from);
  return (value) => at + (value - from) * perUnit;
}

/**
 * The start of a percent axis that ends at 100: a multiple of ten at or below all `values`, so that nothing is cut off, and
 * at most 80, so that a tenth of a point never looks like a fall.
 */
export function percentFloor(values: number[]): number {
  return Math.max(0, Math.floor(Math.min(80, ...values) / 10) * 10);
}

/** The ticks of a percent axis from `floor` to 100: five to eleven, including both ends. */
export function percentTicks(floor: number): number[] {
  const span = 100 - floor;
  const step = span <= 20 ? 5 : span >= 60 && span % 20 === 0 ? 20 : 10;
  return Array.from({ length: span / step + 1 }, (_, index) => floor + index * step);
}

/** The end of a count axis: the first round number that is not below `largest`, at least 1. */
export function countCeiling(largest: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, largest)));
  const factor = [1, 2, 3, 4, 5, 6, 8, 10].find((round) => round * power >= largest);
  return (factor ?? 10) * power;
}

/** The ranges of values between gaps, as first and last index: a line must not be drawn over a gap. */
export function ranges(values: readonly unknown[]): [first: number, last: number][] {
  const found: [number, number][] = [];
  values.forEach((value, index) => {
    if (value === null) return;
    const open = found.at(-1);
    if (open?.[1] === index - 1) open[1] = index;
    else found.push([index, index]);
  });
  return found;
}

/** The indexes of `length` points, `step` pixels apart, that get a label of `room` pixels: the last, then back in even steps. */
export function labelIndexes(length: number, step: number, room: number): number[] {
  const every = [1, 2, 3, 5, 7, 14, 21, 28].find((candidate) => candidate * step >= room) ?? length;
  return Array.from({ length: Math.ceil(length / every) }, (_, index) => length - 1 - index * every).reverse();
}
