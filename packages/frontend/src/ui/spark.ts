/** The geometry of a small chart in a square of 100 by 100 that is stretched to its box. Pure functions without rendering. */

/** The values at the lower and the upper edge. */
export interface Scale {
  low: number;
  high: number;
}

export type Values = readonly (number | null)[];

/** The x of the newest point: it leaves room for its mark. */
const RIGHT = 97;

const known = (values: Values): number[] => values.filter((value) => value !== null);

/** A scale of counts starts at zero. */
export function countScale(values: Values): Scale {
  return { low: 0, high: Math.max(1, ...known(values)) };
}

/** A scale of rates ends at 100 % and starts at the multiple of ten below the lowest, so that small changes are visible. */
export function rateScale(values: Values): Scale {
  return { low: Math.max(0, Math.min(90, 10 * Math.floor((Math.min(...known(values)) - 1) / 10))), high: 100 };
}

export function pointAt(values: Values, scale: Scale, index: number): { x: number; y: number } | null {
  const value = values[index];
  if (value === undefined || value === null) return null;
  const x = values.length < 2 ? RIGHT : (RIGHT * index) / (values.length - 1);
  return { x: round(x), y: round(height(value, scale)) };
}

/** The y of a value. It leaves room at both edges for the thickness of the line. */
export function height(value: number, { low, high }: Scale): number {
  return 96 - (92 * (Math.min(high, Math.max(low, value)) - low)) / (high - low);
}

/** The path of the line, with a gap at a missing value. Small counts are drawn as steps: there is no half vendor. */
export function line(values: Values, scale: Scale, isStepped = false): string {
  let path = '';
  let isDrawing = false;
  values.forEach((_, index) => {
    const point = pointAt(values, scale, index);
    // A single point is a line of length zero with square ends.
    if (point !== null) path += !isDrawing ? `M${point.x} ${point.y}h0` : step(point, isStepped);
    isDrawing = point !== null;
  });
  return path;
}

function step({ x, y }: { x: number; y: number }, isStepped: boolean): string {
  return isStepped ? `H${x}V${y}` : `L${x} ${y}`;
}

/** The path of the area under the line, for counts without gaps: their scale starts at zero. */
export function area(values: Values, scale: Scale, isStepped = false): string {
  return values.includes(null) || values.length === 0 ? '' : `${line(values, scale, isStepped)}H100V100H0Z`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The values as text: the first, the newest and the extremes. */
export function describeValues(values: Values, format: (value: number) => string): string {
  const numbers = known(values);
  const [first] = numbers;
  const newest = numbers.at(-1);
  if (first === undefined || newest === undefined) return 'no data';
  return `from ${format(first)} to ${format(newest)}, lowest ${format(Math.min(...numbers))}, highest ${format(Math.max(...numbers))}`;
}
