/** Measures the size of the built first page. Fails if its JavaScript is larger than the limit. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseAst } from 'vite';
import { web } from './server.mjs';

/**
 * The maximum bytes of compressed JavaScript. React and the router take about 100,000 of them. It was 110,000 until the overview
 * stated both rates, what is stuck and what is missing, which take 1,000, and what changed, which takes 1,000, too, and had a bar of
 * dates with other days and comparisons, the call sheet, what has changed since, and keys, 2,000; the design allows 115,000.
 */
const LIMIT = 114_500;

const html = readFileSync(join(web, 'index.html'), 'utf8');
/** @type {Map<string, string>} */
const scripts = new Map();
for (const [, attributes = '', code = ''] of html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)) {
  const source = /\bsrc="([^"]+)"/.exec(attributes)?.[1];
  if (source === undefined) scripts.set('an inline script', code);
  else load(source);
}
for (const [link] of html.matchAll(/<link\b[^>]*\brel="modulepreload"[^>]*>/g))
  load(/\bhref="([^"]+)"/.exec(link)?.[1] ?? '');

const sizes = [...scripts].map(([name, code]) => ({ name, bytes: code.length, gzip: gzipSync(code).byteLength }));
const total = sizes.reduce((sum, { gzip }) => sum + gzip, 0);
for (const { name, bytes, gzip } of sizes) console.log(`${formatBytes(gzip)} gzip ${formatBytes(bytes)} raw  ${name}`);
console.log(
  `${formatBytes(gzipSync(html).byteLength)} gzip ${formatBytes(html.length)} raw  index.html, which is not counted`,
);
if (sizes.length === 0) throw new Error(`index.html in ${web} loads no JavaScript: build the page first`);
console.log(`JavaScript of the first page: ${formatBytes(total).trim()} of at most ${formatBytes(LIMIT).trim()} bytes`);
if (total > LIMIT) {
  console.error('Too much. Move code that the first page does not need into `.lazy` routes.');
  process.exitCode = 1;
}

/**
 * Adds a script and its static imports. Dynamic imports are not part of the first page.
 * @param {string} path as the browser requests it
 */
function load(path) {
  if (scripts.has(path)) return;
  const code = readFileSync(join(web, path), 'utf8');
  scripts.set(path, code);
  for (const statement of parseAst(code).body) {
    if ('source' in statement && statement.source) load(new URL(statement.source.value, `file://${path}`).pathname);
  }
}

/** @param {number} bytes */
function formatBytes(bytes) {
  return bytes.toLocaleString('en-US').padStart(7);
}
