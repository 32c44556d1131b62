/** The days that numbers are about: so many days to a date, or its month or quarter until then; and the days that they are compared with. */
import type { WindowLength as Window } from '../api/types';
import { pluralize } from './numbers';
import { daysBefore, daysInWords } from './times';

/** The first and the last day. */
export type Days = [from: string, to: string];

export const windows: Window[] = ['7d', '28d', '90d', 'month', 'quarter'];

/** The window of an address; seven days unless it has another one. */
export function windowOf(text: string | undefined): Window {
  return windows.find((window) => window === text) ?? '7d';
}

/** `7 days`, `Month` */
export function windowLabel(window: Window): string {
  if (window === 'month') return 'Month';
  return window === 'quarter' ? 'Quarter' : pluralize(Number.parseInt(window, 10), 'day');
}

/** The days of the window to a date, as the server has them. */
export function windowDays(window: Window, date: string): Days {
  if (window === 'month') return [`${date.slice(0, 8)}01`, date];
  if (window === 'quarter') {
    const month = Number(date.slice(5, 7));
    return [`${date.slice(0, 5)}${String(month - ((month - 1) % 3)).padStart(2, '0')}-01`, date];
  }
  return [daysBefore(date, Number.parseInt(window, 10) - 1), date];
}

/** The window before: as many days, or the whole month or quarter. */
export function daysBeforeWindow(window: Window, date: string): Days {
  return windowDays(window, daysBefore(windowDays(window, date)[0], 1));
}

/** `these seven days`, `this month`: where the numbers are of. */
export function windowInWords(window: Window): string {
  if (window === 'month' || window === 'quarter') return `this ${window}`;
  return window === '7d' ? 'these seven days' : `these ${windowLabel(window)}`;
}

/** `7 days`, `this month`: after `in`. */
export function windowSpan(window: Window): string {
  return window === 'month' || window === 'quarter' ? `this ${window}` : windowLabel(window);
}

/** What numbers can be compared with, but the window before: the same weekday a week, about a month, or about a year before. */
export const comparisons = { week: 7, month: 28, year: 364 } as const;

/** The date of the window to compare with; undefined for the window before. */
export function comparedDate(date: string, against: string | undefined): string | undefined {
  if (against === undefined) return undefined;
  return against in comparisons ? daysBefore(date, comparisons[against as keyof typeof comparisons]) : against;
}

/** What numbers are compared with: `the week before`, `the 28 days before`, `9–15 Mar 2017`. */
export function comparedInWords(window: Window, against: Days | undefined): string {
  if (against !== undefined) return daysInWords(...against);
  if (window === '7d') return 'the week before';
  return `the ${windowLabel(window).toLowerCase()} before`;
}
