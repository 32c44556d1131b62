/** Tokens of the API, as `goody token new` makes them: what callers bring, and the line that servers know them by. */
import { join } from 'node:path';
import { ARTIFACTS } from '../src/artifacts.ts';
import { run } from './processes.ts';

export interface Token {
  readonly token: string;
  readonly line: string;
}

/** A new one, made by the command that people use. */
export async function newToken(name: string, scope: string): Promise<Token> {
  const made = JSON.parse(
    await run(join(ARTIFACTS.backend, 'goody'), ['token', 'new', name, '--scope', scope, '--json']),
  );
  return { token: made.token, line: made.line };
}
