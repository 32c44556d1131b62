import { expect, test } from 'vitest';
import { isolated } from './names';

test('a name of another direction is isolated from its sentence', () => {
  expect(isolated('Paper & Ink')).toBe('Paper & Ink');
  expect(isolated('פרחים')).toBe('\u2068פרחים\u2069');
  expect(isolated('evil\u202etxt')).toBe('\u2068evil\u202etxt\u2069');
});
