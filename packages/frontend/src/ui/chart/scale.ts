/** The geometry that charts share: numbers to pixels, and which numbers an axis names. Pure; nothing here draws. */

/** The part of a drawing that the data has for itself, in pixels. */
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A number's place between two pixels: `from` lands on `at`, `to` on `until`. */
export function linear(from: number, to: number, at: number, until: number): (value: number) => number {
  const perUnit = to === from ? 0 : (until - at) / (to - from);
  return (value) => at + (value - from) * perUnit;
}

/**
 * Where an axis of percent begins so that nothing drawn is cut off: a multiple of ten at or below all `values`, and at
 * most 80, so that a tenth of a point never looks like a fall. It always ends at 100.
 */
export function percentFloor(values: number[]): number {
  return Math.max(0, Math.floor(Math.min(80, ...values) / 10) * 10);
}

/** The lines of an axis of percent from `floor` to 100: five to eleven of them, both ends among them. */
export function percentTicks(floor: number): number[] {
  const span = 100 - floor;
  const step = span <= 20 ? 5 : span >= 60 && span % 20 === 0 ? 20 : 10;
  return Array.from({ length: span / step + 1 }, (_, index) => floor + index * step);
}

/** The end of an axis of counts: the first round number that is not below `largest`; 1 where there is nothing. */
export function countCeiling(largest: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, largest)));
  const factor = [1, 2, 3, 4, 5, 6, 8, 10].find((round) => round * power >= largest);
  return (factor ?? 10) * power;
}

/** Unbroken stretches of what is there, as first and last index: a gap stays a gap, and is not drawn over. */
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

/** Which of `length` places get a label that needs `room` pixels, `step` pixels apart: the last always, then back in even steps. */
export function labelIndexes(length: number, step: number, room: number): number[] {
  const every = [1, 2, 3, 5, 7, 14, 21, 28].find((candidate) => candidate * step >= room) ?? length;
  return Array.from({ length: Math.ceil(length / every) }, (_, index) => length - 1 - index * every).reverse();
}
