import { describe, expect, test } from 'vitest';
import { parseSearch, pick, stringifySearch } from './search';

describe('the address', () => {
  test('keeps text as text, also where it looks like a number or a date', () => {
    expect(parseSearch('?q=24&date=2026-11-22')).toEqual({ q: '24', date: '2026-11-22' });
  });

  test('survives being written and read', () => {
    const search = { q: 'Paper & Ink, 50% off', risk: 'high,medium' };
    expect(stringifySearch(search)).toBe('?q=Paper+%26+Ink,+50%25+off&risk=high,medium');
    expect(parseSearch(stringifySearch(search))).toEqual(search);
  });

  test('says nothing about what was not chosen', () => {
    expect(stringifySearch({ q: undefined, risk: '' })).toBe('');
    expect(pick({ q: '', date: '2026-11-22', utm: 'mail' }, ['q', 'date'])).toEqual({ date: '2026-11-22' });
  });
});
