import { describe, expect, test } from 'vitest';
import { DAY, HOUR, long, short } from './durations';

const MINUTE = HOUR / 60;

describe('a duration', () => {
  test('is shown in its two largest units', () => {
    expect(long(2 * DAY + 18 * HOUR + 59 * MINUTE)).toBe('2 days 18 hours');
    expect(short(2 * DAY + 18 * HOUR + 59 * MINUTE)).toBe('2\u00a0d 18\u00a0h');
    expect(long(DAY + HOUR)).toBe('1 day 1 hour');
    expect(long(90 * MINUTE)).toBe('1 hour 30 minutes');
  });

  test('does not replace a unit of zero by a smaller one', () => {
    expect(long(3 * DAY + 5 * MINUTE)).toBe('3 days');
    expect(short(3 * DAY + 5 * MINUTE, 3)).toBe('3\u00a0d 5\u00a0min');
    expect(short(5 * DAY + 2 * HOUR, 1)).toBe('5\u00a0d');
  });

  test('is never rounded up', () => {
    expect(long(DAY - 1)).toBe('23 hours 59 minutes');
    expect(long(MINUTE - 1)).toBe('less than a minute');
    expect(short(0)).toBe('under 1\u00a0min');
    expect(short(-HOUR)).toBe('under 1\u00a0min');
  });
});
