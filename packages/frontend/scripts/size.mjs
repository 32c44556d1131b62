/** What the first page costs to load, from what was built: fails when its JavaScript has grown too big. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseAst } from 'vite';
import { web } from './server.mjs';

/** Bytes of JavaScript, compressed. React and the router are about 100,000 of them. */
const LIMIT = 110_000;

const html = readFileSync(join(web, 'index.html'), 'utf8');
/** @type {Map<string, string>} */
const scripts = new Map();
for (const [, attributes = '', code = ''] of html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)) {
  const source = /\bsrc="([^"]+)"/.exec(attributes)?.[1];
  if (source === undefined) scripts.set('a script in the page', code);
  else load(source);
}
for (const [link] of html.matchAll(/<link\b[^>]*\brel="modulepreload"[^>]*>/g))
  load(/\bhref="([^"]+)"/.exec(link)?.[1] ?? '');

const sizes = [...scripts].map(([name, code]) => ({ name, bytes: code.length, gzip: gzipSync(code).byteLength }));
const total = sizes.reduce((sum, { gzip }) => sum + gzip, 0);
for (const { name, bytes, gzip } of sizes) console.log(`${figure(gzip)} gzip ${figure(bytes)} raw  ${name}`);
console.log(
  `${figure(gzipSync(html).byteLength)} gzip ${figure(html.length)} raw  the page itself, which is not JavaScript`,
);
if (sizes.length === 0) throw new Error(`${web} loads no JavaScript at all: was it built?`);
console.log(`JavaScript of the first page: ${figure(total).trim()} of at most ${figure(LIMIT).trim()} bytes`);
if (total > LIMIT) {
  console.error('Too much. Load what the first page does not show only when it is asked for (`.lazy` routes).');
  process.exitCode = 1;
}

/**
 * Takes up a script with all it imports before it runs; what it imports later is not of the first page.
 * @param {string} path as the browser asks for it
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
function figure(bytes) {
  return bytes.toLocaleString('en-US').padStart(7);
}
