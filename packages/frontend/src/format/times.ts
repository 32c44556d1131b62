/** Instants and days as text, relative and exact. */
import { memoize } from './memoize';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const relativeFormat = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/** English with the month before the day if the reader's language has it so: the fields of dates follow that language, too. */
export const dateLocale = isMonthFirst(navigator.language) ? 'en-US' : 'en-GB';

function isMonthFirst(language: string): boolean {
  const parts = new Intl.DateTimeFormat(language, { month: 'numeric', day: 'numeric' }).formatToParts();
  return parts.find(({ type }) => type === 'month' || type === 'day')?.type === 'month';
}

/** Formatters by their time zone. */
const inZone = (options: Intl.DateTimeFormatOptions, locale = dateLocale) =>
  memoize((timeZone) => new Intl.DateTimeFormat(locale, { ...options, timeZone }));
const exactIn = inZone({ dateStyle: 'medium', timeStyle: 'long', hourCycle: 'h23' });
const minuteIn = inZone({ dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' });
const dayIn = inZone({ dateStyle: 'medium' });
const clockIn = inZone({ timeStyle: 'short', hourCycle: 'h23' });
const longDayIn = inZone({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const weekdayIn = inZone({ weekday: 'short', day: 'numeric', month: 'short' });
const weekdayNameIn = inZone({ weekday: 'long' });
const dayAndMonthIn = inZone({ day: 'numeric', month: 'short' });
// Swedish writes days as ISO 8601 does: they can be compared as text.
const isoDayIn = inZone({ dateStyle: 'short' }, 'sv');

/** The distance of `instant` from `now`, in the largest unit that is at least one: `3 minutes ago`, `in 2 days`. */
export function relative(instant: string, now: number): string {
  const distance = Date.parse(instant) - now;
  const size = Math.abs(distance);
  if (size < MINUTE) return 'just now';
  const [unit, length] =
    size < HOUR ? (['minute', MINUTE] as const) : size < DAY ? (['hour', HOUR] as const) : (['day', DAY] as const);
  return relativeFormat.format(Math.trunc(distance / length), unit);
}

/** Minutes, as an age: 0 → `just now`, 130 → `2 hours ago`. */
export function age(minutes: number): string {
  return relative(new Date(0).toISOString(), Math.max(0, minutes) * MINUTE);
}

/** `22 Nov 2026, 14:30:09 UTC`, in `timeZone`; all examples have the day before the month. */
export function exact(instant: string, timeZone = 'UTC'): string {
  return exactIn(timeZone).format(new Date(instant));
}

/** `22 Nov 2026, 14:30`, for a place that states the zone. */
export function minute(instant: string, timeZone = 'UTC'): string {
  return minuteIn(timeZone).format(new Date(instant));
}

/** A calendar day, which has no zone: `2026-11-22` → `Sunday 22 November 2026`. */
export function day(date: string): string {
  return longDayIn('UTC')
    .format(new Date(`${date}T00:00:00Z`))
    .replace(',', '');
}

/** The time zone of the browser. Instants are shown in it; calendar days belong to the report time zone. */
export const ownZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The day of an instant: `22 Nov 2026`, in `timeZone`. */
export function dayOf(instant: string, timeZone = ownZone): string {
  return dayIn(timeZone).format(new Date(instant));
}

/** The time of day of an instant: `14:30`, in `timeZone`. */
export function clock(instant: string, timeZone = ownZone): string {
  return clockIn(timeZone).format(new Date(instant));
}

/** A calendar day, short: `2026-11-22` → `22 Nov 2026`. */
export function shortDay(date: string): string {
  return dayOf(`${date}T00:00:00Z`, 'UTC');
}

/** A calendar day without its year, for an axis: `2026-11-22` → `22 Nov`. */
export function dayAndMonth(date: string): string {
  return dayAndMonthIn('UTC').format(new Date(`${date}T00:00:00Z`));
}

/** The days from one to another, both included: (`2026-03-09`, `2026-03-15`) → `9–15 Mar 2026` */
export function daysInWords(from: string, to: string): string {
  // Browsers differ in their spaces.
  return dayIn('UTC')
    .formatRange(new Date(from), new Date(to))
    .replace(/\s*–\s*/, '–');
}

/** The calendar day `days` days before `date`: (`2026-03-01`, 1) → `2026-02-28` */
export function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - days * DAY).toISOString().slice(0, 10);
}

/** The day of an instant with its weekday: `Tue 3 Mar`, in `timeZone`. */
export function weekday(instant: string, timeZone: string): string {
  return weekdayIn(timeZone).format(new Date(instant)).replace(',', '');
}

/** The name of a calendar day: `Thursday`. */
export function weekdayName(date: string): string {
  return weekdayNameIn('UTC').format(new Date(`${date}T00:00:00Z`));
}

/** The calendar day of an instant in `timeZone`: `2026-03-03`. */
export function isoDay(instant: string, timeZone: string): string {
  return isoDayIn(timeZone).format(new Date(instant));
}

/** Whether the calendar day `date` of `timeZone` was over at `instant`. */
export function isOver(date: string, instant: string, timeZone: string): boolean {
  return isoDay(instant, timeZone) > date;
}
