import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

/** `file: class` for each class that a component uses and its CSS module does not define. Nothing else reports the lost style. */
function missingClasses(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  return [...source.matchAll(/import (\w+) from '(\.[^']*\.module\.css)'/g)].flatMap(([, name = '', path = '']) => {
    const css = readFileSync(join(dirname(file), path), 'utf8');
    const defined = new Set([...css.matchAll(/\.([A-Za-z_]\w*)/g)].map(([, word]) => word));
    const used = [...source.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'))].map(([, word]) => word);
    return used.filter((word) => !defined.has(word)).map((word) => `${file}: ${word}`);
  });
}

test('every class that a component uses is in its CSS module', () => {
  const names = readdirSync('src', { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.tsx')).map((name) => join('src', name));
  expect(files.length).toBeGreaterThan(20);
  expect(files.flatMap(missingClasses)).toEqual([]);
});
