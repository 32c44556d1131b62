/** API tokens that `goody token new` creates: the token that a client sends, and the line that a server stores. */
import { join } from 'node:path';
import { ARTIFACTS } from '../src/artifacts.ts';
import { run } from './processes.ts';

export interface Token {
  readonly token: string;
  readonly line: string;
}

/** Creates a token by the command that operators use. */
export async function newToken(name: string, scope: string): Promise<Token> {
  const created = JSON.parse(
    await run(join(ARTIFACTS.backend, 'goody'), ['token', 'new', name, '--scope', scope, '--json']),
  );
  return { token: created.token, line: created.line };
}
