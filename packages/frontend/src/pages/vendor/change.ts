/** What a rise of missed promises is made of, as rows and sentences. */
import type { Explanation, GroupEffect, VendorSignals } from '../../api/types';
import { activeStatuses, statusLabel } from '../../format/labels';
import { count, pluralize } from '../../format/numbers';
import type { OrdersSearch } from '../orders/search';

/** One part of a rise. */
export interface ChangePart {
  name: string;
  missedBefore: number;
  missedAfter: number;
  /** What it adds to the rate, in percentage points. */
  points: number;
  /** The filter of its orders, along with that of all missed ones. */
  search?: OrdersSearch;
}

type Dimension = 'giftType' | 'isRush' | 'promiseDays' | 'carrier' | 'destination';

export const notJudgedText: Record<NonNullable<VendorSignals['notJudged']>, string> = {
  new: 'Changes of this vendor are not judged yet: it has fewer than 40 promises, or less than 18 days, to compare with.',
  blind: 'Changes are not judged now: next to nothing comes in from any vendor. A feed problem?',
  quiet: 'Changes of this vendor are not judged: nothing was due for two weeks.',
};

const titles: Record<Dimension, string> = {
  giftType: 'By gift',
  isRush: 'By speed',
  promiseDays: 'By promise',
  carrier: 'By carrier',
  destination: 'By destination',
};

const unknown = 'Unknown';

/** The most rows of a table. */
const MOST = 6;

/** A group in words, after a count of orders: `rush orders`, `flowers`. */
function groupName(dimension: string, group: string): string {
  if (dimension === 'isRush') return group === '1' ? 'Rush' : 'Not rush';
  if (group === '') return unknown;
  return dimension === 'promiseDays' ? `Promised in ${pluralize(Number(group), 'day')}` : group;
}

function groupSearch(dimension: Dimension, group: string, groups: GroupEffect[]): OrdersSearch | undefined {
  if (dimension === 'isRush') return { isRush: group === '1' ? 'true' : 'false' };
  if (dimension === 'destination') {
    // Orders are selected by the region alone, so it has to be of one country.
    const region = regionOf(group);
    const isOfOne = groups.filter((other) => regionOf(other.group) === region).length === 1;
    return region !== undefined && isOfOne ? { region } : undefined;
  }
  return group === '' ? undefined : { [dimension]: group };
}

/** `US-CA` → `CA`; undefined for a country without a region. */
function regionOf(group: string): string | undefined {
  return /^[^-]*-(.+)$/.exec(group)?.[1];
}

/** The dimensions in which there is something to compare: that with most of the rise first. */
export function shownDimensions({ dimensions, concentrated }: Explanation): { name: Dimension; title: string }[] {
  const names = Object.keys(titles) as Dimension[];
  const several = names.filter((name) => (dimensions[name]?.length ?? 0) > 1);
  const sorted = several.toSorted(
    (a, b) => Number(b === concentrated?.dimension) - Number(a === concentrated?.dimension),
  );
  return sorted.map((name) => ({ name, title: titles[name] }));
}

/** The parts of the rise by the groups of a dimension, the largest first. */
export function partsOf({ dimensions }: Explanation, dimension: Dimension): ChangePart[] {
  const groups = dimensions[dimension] ?? [];
  const part = ({ group, missedBefore, missedAfter, rate, mix }: GroupEffect): ChangePart => ({
    name: groupName(dimension, group),
    missedBefore,
    missedAfter,
    points: rate + mix,
    search: groupSearch(dimension, group, groups),
  });
  return largestFirst(groups.map(part));
}

/** The parts of the rise by how the missed orders stand, the largest first. */
export function outcomeParts({ outcomes }: Explanation): ChangePart[] {
  const names: Record<string, string> = { ...statusLabel, OPEN: 'Not there yet', ARRIVED_LATE: 'Arrived late' };
  const statuses: Record<string, string> = { OPEN: activeStatuses.join(), ARRIVED_LATE: 'ARRIVED' };
  const part = ({ outcome, ...rest }: Explanation['outcomes'][number]): ChangePart => ({
    name: names[outcome] ?? outcome,
    search: { status: statuses[outcome] ?? outcome },
    ...rest,
  });
  return largestFirst(outcomes.map(part));
}

/** At most `MOST` parts, the last of which is the sum of the smaller ones. */
function largestFirst(parts: ChangePart[]): ChangePart[] {
  const sorted = parts.toSorted((a, b) => b.points - a.points);
  if (sorted.length <= MOST) return sorted;
  const others = sorted.slice(MOST - 1);
  const sum = (value: (part: ChangePart) => number) => others.reduce((total, part) => total + value(part), 0);
  const rest: ChangePart = {
    name: `${others.length} others`,
    missedBefore: sum(({ missedBefore }) => missedBefore),
    missedAfter: sum(({ missedAfter }) => missedAfter),
    points: sum(({ points }) => points),
  };
  return [...sorted.slice(0, MOST - 1), rest];
}

/** `17 of the 19 extra misses are rush orders.`: mostly there, which is not the same as because of it. */
export function concentrationInWords({ concentrated, dimensions }: Explanation): string | null {
  if (concentrated === null) return null;
  const { dimension, group } = concentrated;
  const groups = dimensions[dimension] ?? [];
  const all = Math.round(groups.reduce((sum, { excess }) => sum + excess, 0));
  const own = Math.min(all, Math.round(groups.find((other) => other.group === group)?.excess ?? 0));
  return `${count(own)} of the ${count(all)} extra misses are ${ofGroup(dimension, group)}.`;
}

function ofGroup(dimension: string, group: string): string {
  if (dimension === 'isRush') return group === '1' ? 'rush orders' : 'orders that are not rush';
  if (dimension === 'carrier') return group === '' ? 'without a known carrier' : `with ${group}`;
  if (dimension === 'destination') return group === '' ? 'without a known destination' : `to ${group}`;
  if (dimension === 'promiseDays') return `promised in ${pluralize(Number(group), 'day')}`;
  return group === '' ? 'of unknown gifts' : group;
}
