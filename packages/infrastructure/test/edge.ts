/** CloudFront's edge, as far as our function sees it. */
import { runInNewContext } from 'node:vm';

/** The path that a function's code makes of the one that a browser asked for. */
export function rewritten(code: string, uri: string): string {
  const context: { handler?: (event: unknown) => { uri: string } } = {};
  runInNewContext(code, context);
  if (context.handler === undefined) throw new Error('the code has no function called handler');
  return context.handler({ version: '1.0', request: { method: 'GET', uri, headers: {} } }).uri;
}
