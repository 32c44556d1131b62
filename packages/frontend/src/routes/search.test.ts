import { describe, expect, test } from 'vitest';
import { parseSearch, pick, stringifySearch } from './search';

describe('the address', () => {
  test('keeps text that looks like a number or a date as text', () => {
    expect(parseSearch('?q=24&date=2026-11-22')).toEqual({ q: '24', date: '2026-11-22' });
  });

  test('is the same after it is written and parsed', () => {
    const search = { q: 'Paper & Ink, 50% off', risk: 'high,medium' };
    expect(stringifySearch(search)).toBe('?q=Paper+%26+Ink,+50%25+off&risk=high,medium');
    expect(parseSearch(stringifySearch(search))).toEqual(search);
  });

  test('omits parameters that are not set', () => {
    expect(stringifySearch({ q: undefined, risk: '' })).toBe('');
    expect(pick({ q: '', date: '2026-11-22', utm: 'mail' }, ['q', 'date'])).toEqual({ date: '2026-11-22' });
  });
});
