// Puts what the page needs to know of the API into dist/packages/shared: the OpenAPI document, and TypeScript types made from it.
// The document is written by the Rust crates and committed; nothing here changes it.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const document = new URL('../openapi.json', import.meta.url);
const dist = new URL('../../../dist/packages/shared/', import.meta.url);

const types = astToString(await openapiTS(JSON.parse(await readFile(document, 'utf8')), { alphabetize: true }));
await mkdir(dist, { recursive: true });
await copyFile(document, new URL('openapi.json', dist));
await writeFile(new URL('api.d.ts', dist), `// Made from openapi.json by openapi-typescript. Do not edit.\n${types}`);
