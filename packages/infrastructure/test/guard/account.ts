/** An emulated account with the stack: tables, tokens, one guard per function, and one clock. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ARTIFACTS } from '../../src/artifacts.ts';
import type { FunctionName } from '../../src/permissions.ts';
import { named, type Resources } from '../template.ts';
import { Emulator, type Json } from './emulator.ts';
import { Guard } from './guard.ts';
import { Lambda } from './lambda.ts';
import type { Secrets } from './secrets.ts';

interface Guarded {
  readonly guard: Guard;
  readonly lambda: Lambda;
}

export class Account {
  readonly emulator: Emulator;
  readonly #secrets: Secrets;
  readonly #resources: Resources;
  readonly #folder = mkdtempSync(join(tmpdir(), 'goody-'));
  readonly #functions = new Map<FunctionName, Guarded>();

  private constructor(resources: Resources, emulator: Emulator, secrets: Secrets) {
    this.#resources = resources;
    this.emulator = emulator;
    this.#secrets = secrets;
  }

  /** Creates its own tables. Several accounts may share the secrets. */
  static async open(resources: Resources, now: string, secrets: Secrets): Promise<Account> {
    const account = new Account(resources, await Emulator.start(resources), secrets);
    account.setClock(now);
    return account;
  }

  /** Sets the time that all functions read. */
  setClock(now: string): void {
    // The rename is atomic: a function may read the file at the same time.
    writeFileSync(join(this.#folder, 'next'), now);
    renameSync(join(this.#folder, 'next'), join(this.#folder, 'clock'));
  }

  /** Invokes a function with the permissions of the template, except the one in `without`. */
  async invoke(name: FunctionName, event: Json, without?: string): Promise<Json> {
    const known = this.#functions.get(name);
    if (known && !without) return known.lambda.invoke(event);
    const allowed = this.allowed(name).filter((permission) => permission !== without);
    const services = { dynamodb: this.emulator.address, secretsmanager: this.#secrets.address };
    const created = await this.#start(name, await Guard.start(services, allowed));
    if (!without) this.#functions.set(name, created);
    return created.lambda.invoke(event).finally(() => without && stop(created));
  }

  /** Restarts a function, as Lambda does from time to time: its memory is lost, and it reads the tokens again. */
  restart(name: FunctionName): void {
    const known = this.#functions.get(name);
    if (known) stop(known);
    this.#functions.delete(name);
  }

  /** The permissions of a function on tables, indexes and tokens, such as `PutItem Orders`. */
  allowed(name: FunctionName): string[] {
    const { properties } = this.#function(name);
    const permissions = this.#resources.allowed(properties.Role['Fn::GetAtt'][0]);
    const documented = permissions.filter(({ action }) => /^(dynamodb|secretsmanager):/.test(action));
    const names = documented.map(({ action, resource }) => `${action.replace(/^.*:/, '')} ${named(resource)}`);
    return names.filter((permission) => !permission.endsWith(' stream') && !permission.endsWith(' *'));
  }

  /** The guard of a function that was invoked. */
  guard(name: FunctionName): Guard {
    const found = this.#functions.get(name);
    if (found === undefined) throw new Error(`${name} was not invoked yet`);
    return found.guard;
  }

  /** The JSON lines that a function has logged. */
  logged(name: FunctionName): Json[] {
    const { output } = this.#functions.get(name)?.lambda ?? { output: '' };
    const wholeLines = output.slice(0, output.lastIndexOf('\n') + 1);
    return wholeLines
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
  }

  async close(): Promise<void> {
    for (const each of this.#functions.values()) stop(each);
    await this.emulator.stop();
    rmSync(this.#folder, { recursive: true });
  }

  /** Starts a function with the environment of the template. Tables and the secret are called by their logical names. */
  #start(name: FunctionName, guard: Guard): Promise<Guarded> {
    const variables: Record<string, Json> = this.#function(name).properties.Environment.Variables;
    const environment = Object.entries(variables).map(([key, value]) => [key, value.Ref ? nameOf(value.Ref) : value]);
    return Lambda.start(join(ARTIFACTS.lambda(name), 'bootstrap'), {
      ...Object.fromEntries(environment),
      AWS_ENDPOINT_URL: guard.address,
      GOODY_CLOCK: join(this.#folder, 'clock'),
    }).then((lambda) => ({ guard, lambda }));
  }

  #function(name: FunctionName) {
    const found = this.#resources.functions[name];
    if (found === undefined) throw new Error(`the template has no ${name}`);
    return found;
  }
}

/** The name of a table or of the secret in this account, from its logical id in the template. */
function nameOf(id: string): string {
  return named(id.startsWith('Tokens') ? { Ref: id } : { 'Fn::GetAtt': [id, 'Arn'] });
}

function stop({ guard, lambda }: Guarded): void {
  lambda.stop();
  guard.stop();
}
