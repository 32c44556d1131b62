import { describe, expect, test, vi } from 'vitest';
import { age, day, dayAndMonth, daysBefore, daysInWords, exact, isOver, minute, relative } from './times';

const NOW = Date.parse('2026-11-22T14:30:00Z');

describe('times', () => {
  test('are shown in the largest unit that is at least one', () => {
    expect(relative('2026-11-22T14:29:31Z', NOW)).toBe('just now');
    expect(relative('2026-11-22T14:27:00Z', NOW)).toBe('3 minutes ago');
    expect(relative('2026-11-22T13:29:00Z', NOW)).toBe('1 hour ago');
    expect(relative('2026-11-20T14:31:00Z', NOW)).toBe('1 day ago');
    expect(relative('2026-11-25T15:00:00Z', NOW)).toBe('in 3 days');
  });

  test('days in words name a month and a year once, if they can', () => {
    expect(daysInWords('2026-03-09', '2026-03-15')).toBe('9–15 Mar 2026');
    expect(daysInWords('2026-02-28', '2026-03-06')).toBe('28 Feb–6 Mar 2026');
    expect(daysInWords('2025-12-30', '2026-01-05')).toBe('30 Dec 2025–5 Jan 2026');
    expect(daysInWords('2026-03-09', '2026-03-09')).toBe('9 Mar 2026');
  });

  test('an age is never in the future, even with a wrong clock', () => {
    expect(age(-2)).toBe('just now');
    expect(age(0)).toBe('just now');
    expect(age(59)).toBe('59 minutes ago');
    expect(age(130)).toBe('2 hours ago');
  });

  test('the exact time states its zone, and does not use that of the machine', () => {
    expect(exact('2026-11-22T14:30:09Z')).toBe('22 Nov 2026, 14:30:09 UTC');
    expect(exact('2026-11-22T14:30:09Z', 'Asia/Tokyo')).toBe('22 Nov 2026, 23:30:09 GMT+9');
    expect(minute('2026-11-22T23:30:09Z', 'Asia/Tokyo')).toBe('23 Nov 2026, 08:30');
  });

  test.each([
    ['en-US', 'Nov 22, 2026', 'Nov 22, 2026, 14:30:09 UTC', 'Mar 9–15, 2026', 'Sunday November 22, 2026'],
    ['ja', 'Nov 22, 2026', 'Nov 22, 2026, 14:30:09 UTC', 'Mar 9–15, 2026', 'Sunday November 22, 2026'],
    ['de', '22 Nov 2026', '22 Nov 2026, 14:30:09 UTC', '9–15 Mar 2026', 'Sunday 22 November 2026'],
  ])('days have the order of the language %s', async (language, short, instant, days, long) => {
    vi.resetModules();
    vi.spyOn(navigator, 'language', 'get').mockReturnValue(language);
    const times = await import('./times');
    expect(times.shortDay('2026-11-22')).toBe(short);
    expect(times.exact('2026-11-22T14:30:09Z')).toBe(instant);
    expect(times.daysInWords('2026-03-09', '2026-03-15')).toBe(days);
    expect(times.day('2026-11-22')).toBe(long);
    vi.restoreAllMocks();
  });

  test('a calendar day has no time zone', () => {
    expect(day('2026-11-22')).toBe('Sunday 22 November 2026');
  });

  test('days are counted on the calendar, over months and leap days', () => {
    expect(daysBefore('2026-03-01', 1)).toBe('2026-02-28');
    expect(daysBefore('2028-03-01', 1)).toBe('2028-02-29');
    expect(daysBefore('2026-11-22', 89)).toBe('2026-08-25');
    expect(dayAndMonth('2026-11-02')).toBe('2 Nov');
  });

  test('a day ends by the clock of its own zone', () => {
    expect(isOver('2026-11-22', '2026-11-22T23:59:00Z', 'UTC')).toBe(false);
    expect(isOver('2026-11-22', '2026-11-23T00:00:00Z', 'UTC')).toBe(true);
    expect(isOver('2026-11-22', '2026-11-22T15:00:00Z', 'Asia/Tokyo')).toBe(true);
    expect(isOver('2026-11-22', '2026-11-23T07:59:00Z', 'America/Los_Angeles')).toBe(false);
  });
});
