import { expect, test } from 'vitest';
import { keepView, readView } from './tableView';

test('the view of the table comes back, and anything else is the usual view', () => {
  let kept: string | null = null;
  const storage = {
    getItem: () => kept,
    setItem: (_: string, text: string) => {
      kept = text;
    },
  };
  const usual = { hidden: [], isDense: false };
  expect(readView(storage)).toEqual(usual);
  keepView({ hidden: [5, 6], isDense: true }, storage);
  expect(readView(storage)).toEqual({ hidden: [5, 6], isDense: true });
  for (const text of ['{', 'null', '{"hidden": "all"}', '{"hidden": ["x"], "isDense": 1}']) {
    kept = text;
    expect(readView(storage), text).toEqual(usual);
  }
});
