import { expect, test } from 'vitest';
import { isSame, keepLists, listOf, readLists } from './listStorage';

/** What a browser keeps. */
function memory(text: string | null = null) {
  const kept = { text };
  return {
    getItem: () => kept.text,
    setItem: (_: string, text: string) => {
      kept.text = text;
    },
  };
}

test('a saved list comes back without its page', () => {
  const storage = memory();
  const search = listOf({ vendorId: 'flowers', delayedByHours: '48', cursor: 'abc', page: '2' });
  expect(keepLists([{ name: 'Late flowers', search }], storage)).toBe(true);
  const [list] = readLists(storage);
  expect(list).toEqual({ name: 'Late flowers', search: { vendorId: 'flowers', delayedByHours: '48' } });
});

test('at most twenty lists are kept, the latest first', () => {
  const storage = memory();
  const lists = Array.from({ length: 25 }, (_, index) => ({ name: `${index}`, search: { q: `${index}` } }));
  keepLists(lists, storage);
  expect(readLists(storage).map(({ name }) => name)).toEqual(lists.slice(0, 20).map(({ name }) => name));
});

test.each(['{', '{}', '[1, null, {"name": 3}]'])('something else in the browser is no list: %s', (text) => {
  expect(readLists(memory(text))).toEqual([]);
});

test('a browser that permits no saving is no failure', () => {
  const refusing = {
    getItem: () => {
      throw new Error('refused');
    },
    setItem: () => {
      throw new Error('refused');
    },
  };
  expect([readLists(refusing), keepLists([], refusing)]).toEqual([[], false]);
});

test('lists are the same whatever the sequence of their filters', () => {
  expect(isSame({ q: 'a', vendorId: 'b' }, { vendorId: 'b', q: 'a', page: '3' })).toBe(true);
  expect(isSame({ q: 'a' }, { q: 'b' })).toBe(false);
});
