import type { VendorDay } from '../../api/types';
import { CountLink, type ReportLink } from '../orders/CountLink';
import { type Count, fleetCounts, type WindowName } from '../orders/ordersBehind';

/** What a day of the history counts: of the window that ends with it, or of itself. */
const counts = {
  completed7d: { of: fleetCounts.completedOrders, window: 'current7d', value: (day) => day.completedOrders },
  issues7d: { of: fleetCounts.issueCount, window: 'current7d', value: (day) => day.issueCount },
  placed: { of: fleetCounts.totalOrders, window: 'day', value: ({ day }) => day.placedOrders },
  completed: { of: fleetCounts.completedOrders, window: 'day', value: ({ day }) => day.completedOrders },
  issues: { of: fleetCounts.issueCount, window: 'day', value: ({ day }) => day.issueCount },
} satisfies Record<string, { of: Count; window: WindowName; value: (day: VendorDay) => number }>;

export type DayCountName = keyof typeof counts;

/** The names, in the order of the table. */
export const dayCounts = Object.keys(counts) as DayCountName[];

/** A count of a day of the history, as a link to its orders. */
export function DayCount({ reportLink, day, of: name }: { reportLink: ReportLink; day: VendorDay; of: DayCountName }) {
  const { of, window, value } = counts[name];
  return <CountLink report={{ ...reportLink, date: day.date }} of={of} window={window} value={value(day)} />;
}
