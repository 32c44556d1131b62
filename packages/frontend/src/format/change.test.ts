import { describe, expect, test } from 'vitest';
import { change } from './change';

describe('a change', () => {
  test('says its direction, its size and whether it is good', () => {
    expect(change(2.06, { unit: 'points', better: 'up' })).toEqual({
      direction: 'up',
      signed: '+2.1',
      size: '2.1\u00a0points',
      verdict: 'better',
    });
    expect(change(-1200, { unit: 'orders', better: 'down' })).toEqual({
      direction: 'down',
      signed: '\u22121,200',
      size: '1,200 fewer',
      verdict: 'better',
    });
    expect(change(1, { unit: 'vendors', better: 'down' })?.verdict).toBe('worse');
  });

  test('has no verdict if neither direction is better', () => {
    expect(change(156, { unit: 'orders', better: null })?.verdict).toBeNull();
  });

  test('that rounds to zero is no change', () => {
    const rounded = change(-0.04, { unit: 'points', better: 'up' });
    expect(rounded).toEqual({ direction: 'same', signed: '0.0', size: 'no change', verdict: null });
  });

  test('in hours is shown in days', () => {
    const shorter = change(-36, { unit: 'days', better: 'down' });
    expect(shorter).toMatchObject({ signed: '\u22121.5', size: '1.5\u00a0days', verdict: 'better' });
  });

  test('without a value to compare is unknown, not zero', () => {
    expect(change(null, { unit: 'points', better: 'up' })).toBeNull();
  });
});
