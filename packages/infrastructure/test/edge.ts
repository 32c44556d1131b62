/** Runs a CloudFront Function as CloudFront does. */
import { runInNewContext } from 'node:vm';

/** The path to which the function rewrites a requested path. */
export function rewritten(code: string, uri: string): string {
  const context: { handler?: (event: unknown) => { uri: string } } = {};
  runInNewContext(code, context);
  if (context.handler === undefined) throw new Error('the code has no function called handler');
  return context.handler({ version: '1.0', request: { method: 'GET', uri, headers: {} } }).uri;
}
