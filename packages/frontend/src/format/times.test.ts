import { describe, expect, test } from 'vitest';
import { age, day, exact, minute, relative } from './times';

const NOW = Date.parse('2026-11-22T14:30:00Z');

describe('times', () => {
  test('are told in the largest unit that says at least one', () => {
    expect(relative('2026-11-22T14:29:31Z', NOW)).toBe('just now');
    expect(relative('2026-11-22T14:27:00Z', NOW)).toBe('3 minutes ago');
    expect(relative('2026-11-22T13:29:00Z', NOW)).toBe('1 hour ago');
    expect(relative('2026-11-20T14:31:00Z', NOW)).toBe('1 day ago');
    expect(relative('2026-11-25T15:00:00Z', NOW)).toBe('in 3 days');
  });

  test('an age never lies in the future, whatever the clocks say', () => {
    expect(age(-2)).toBe('just now');
    expect(age(0)).toBe('just now');
    expect(age(59)).toBe('59 minutes ago');
    expect(age(130)).toBe('2 hours ago');
  });

  test('the exact time names its zone, and it is not that of the machine', () => {
    expect(exact('2026-11-22T14:30:09Z')).toBe('22 Nov 2026, 14:30:09 UTC');
    expect(exact('2026-11-22T14:30:09Z', 'Asia/Tokyo')).toBe('22 Nov 2026, 23:30:09 GMT+9');
    expect(minute('2026-11-22T23:30:09Z', 'Asia/Tokyo')).toBe('23 Nov 2026, 08:30');
  });

  test('a calendar day stays the day it is', () => {
    expect(day('2026-11-22')).toBe('Sunday 22 November 2026');
  });
});
