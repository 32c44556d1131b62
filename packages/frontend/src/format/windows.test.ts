import { describe, expect, test } from 'vitest';
import {
  comparedDate,
  comparedInWords,
  daysBeforeWindow,
  windowDays,
  windowInWords,
  windowLabel,
  windowOf,
  windowSpan,
  windows,
} from './windows';

describe('the days of a window', () => {
  test('end with the date, and the days before are as many, or the whole month or quarter', () => {
    const days = windows.map((window) => [
      window,
      windowDays(window, '2026-11-22'),
      daysBeforeWindow(window, '2026-11-22'),
    ]);
    expect(days).toEqual([
      ['7d', ['2026-11-16', '2026-11-22'], ['2026-11-09', '2026-11-15']],
      ['28d', ['2026-10-26', '2026-11-22'], ['2026-09-28', '2026-10-25']],
      ['90d', ['2026-08-25', '2026-11-22'], ['2026-05-27', '2026-08-24']],
      ['month', ['2026-11-01', '2026-11-22'], ['2026-10-01', '2026-10-31']],
      ['quarter', ['2026-10-01', '2026-11-22'], ['2026-07-01', '2026-09-30']],
    ]);
    expect(daysBeforeWindow('quarter', '2026-02-03')).toEqual(['2025-10-01', '2025-12-31']);
    expect(daysBeforeWindow('month', '2028-03-31')).toEqual(['2028-02-01', '2028-02-29']);
  });

  test('have names', () => {
    expect(windows.map(windowLabel)).toEqual(['7 days', '28 days', '90 days', 'Month', 'Quarter']);
    expect(windows.map(windowInWords)).toEqual([
      'these seven days',
      'these 28 days',
      'these 90 days',
      'this month',
      'this quarter',
    ]);
    expect(windows.map(windowSpan)).toEqual(['7 days', '28 days', '90 days', 'this month', 'this quarter']);
    expect([undefined, 'year', '28d'].map(windowOf)).toEqual(['7d', '7d', '28d']);
  });
});

describe('what numbers are compared with', () => {
  test('is the same weekday, or a date', () => {
    const dates = [undefined, 'week', 'month', 'year', '2026-01-31'].map((against) =>
      comparedDate('2026-11-22', against),
    );
    expect(dates).toEqual([undefined, '2026-11-15', '2026-10-25', '2025-11-23', '2026-01-31']);
    const weekdays = ['2026-11-22', ...dates.slice(1, 4)].map((date) => new Date(date ?? '').getUTCDay());
    expect(new Set(weekdays).size).toBe(1);
  });

  test('is said in words', () => {
    expect(comparedInWords('7d', undefined)).toBe('the week before');
    expect(comparedInWords('28d', undefined)).toBe('the 28 days before');
    expect(comparedInWords('month', undefined)).toBe('the month before');
    expect(comparedInWords('7d', ['2025-11-17', '2025-11-23'])).toBe('17–23 Nov 2025');
  });
});
