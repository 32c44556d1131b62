import { describe, expect, test } from 'vitest';
import { count, days, likelihood, money, moneyRounded, percent, pluralize, rate, share, sums } from './numbers';

describe('numbers', () => {
  test('are rounded for display', () => {
    expect(percent(94.2499)).toBe('94.2\u00a0%');
    expect(percent(100)).toBe('100.0\u00a0%');
    expect(count(1247)).toBe('1,247');
    expect(days(60)).toBe('2.5\u00a0days');
  });

  test('only an exact percentage of 0 or 100 is shown as such', () => {
    expect([99.94, 99.949, 99.95, 99.96, 99.999, 100].map(rate)).toEqual([
      '99.9',
      '99.9',
      '99.9',
      '>99.9',
      '>99.9',
      '100.0',
    ]);
    expect([0, 0.001, 0.04, 0.05, 0.06, 0.14].map(rate)).toEqual(['0.0', '<0.1', '<0.1', '0.1', '0.1', '0.1']);
    expect(percent(99.96)).toBe('>99.9\u00a0%');
    expect(share(1, 10_000)).toBe('<0.1\u00a0%');
    expect(share(1999, 2000)).toBe('99.9\u00a0%');
  });

  test('a rate below a line is not rounded to it: that would deny the verdict', () => {
    expect([84.985, 84.96, 84.94, 85, 85.04, 79.9999].map(rate)).toEqual([
      '84.98',
      '84.96',
      '84.9',
      '85.0',
      '85.0',
      '79.99',
    ]);
  });

  test('a probability is never certain', () => {
    expect([0, 1e-12, 0.0004, 0.924, 0.9996, 1 - 1e-12, 1].map(likelihood)).toEqual(
      ['<0.1', '<0.1', '<0.1', '92.4', '>99.9', '>99.9', '>99.9'].map((digits) => `${digits}\u00a0%`),
    );
  });

  test('a floating-point error does not change a percentage', () => {
    expect([99.95000000000002, 99.94999999999999].map(rate)).toEqual(['99.9', '99.9']);
    expect([0.04999999999999999, 0.050000000000000003].map(rate)).toEqual(['0.1', '0.1']);
    expect([99.99999999999999, 1e-17, -1e-17].map(rate)).toEqual(['100.0', '0.0', '0.0']);
  });

  test('money has as many decimals as its currency', () => {
    expect(money(14250, 'USD')).toBe('$142.50');
    expect(money(14250, 'JPY')).toBe('¥14,250');
    expect(money(14250, 'KWD')).toBe('KWD\u00a014.250');
  });

  test('a sum of money has no decimals', () => {
    expect(moneyRounded(214050, 'USD')).toBe('$2,141');
    expect(moneyRounded(14250, 'JPY')).toBe('¥14,250');
    expect([0, 40, 50].map((cents) => moneyRounded(cents, 'USD'))).toEqual(['$0', '$0.40', '$1']);
    const amounts = [
      { currency: 'USD', amount: 214050 },
      { currency: 'KWD', amount: 214050 },
      { currency: 'JPY', amount: 7 },
    ];
    expect(sums(amounts)).toBe('$2,141, KWD\u00a0214, and ¥7');
    expect(sums([])).toBe('');
  });

  test('a share of zero is 0 %, not an error', () => {
    expect(share(0, 0)).toBe('0.0\u00a0%');
    expect(share(1, 3)).toBe('33.3\u00a0%');
  });

  test('one has the singular', () => {
    expect(pluralize(1, 'vendor')).toBe('1 vendor');
    expect(pluralize(0, 'vendor')).toBe('0 vendors');
    expect(pluralize(1600, 'vendor')).toBe('1,600 vendors');
  });
});
