/** An account with the stack in it, as far as functions see it: tables, tokens, a guard before them for each function, one clock. */
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

  /** With tables of its own, and secrets that it may share with others. */
  static async open(resources: Resources, now: string, secrets: Secrets): Promise<Account> {
    const account = new Account(resources, await Emulator.start(resources), secrets);
    account.setClock(now);
    return account;
  }

  /** Has all functions see this time. */
  setClock(now: string): void {
    // A function may be reading it.
    writeFileSync(join(this.#folder, 'next'), now);
    renameSync(join(this.#folder, 'next'), join(this.#folder, 'clock'));
  }

  /** Has a function work on an event, with the permissions that the template gives it, less one if wanted. */
  async invoke(name: FunctionName, event: Json, without?: string): Promise<Json> {
    const known = this.#functions.get(name);
    if (known && !without) return known.lambda.invoke(event);
    const allowed = this.allowed(name).filter((permission) => permission !== without);
    const services = { dynamodb: this.emulator.address, secretsmanager: this.#secrets.address };
    const made = await this.#start(name, await Guard.start(services, allowed));
    if (!without) this.#functions.set(name, made);
    return made.lambda.invoke(event).finally(() => without && stop(made));
  }

  /** Has a function begin anew, as Lambda does by and by: what it remembers is gone, and its tokens are asked for. */
  restart(name: FunctionName): void {
    const known = this.#functions.get(name);
    if (known) stop(known);
    this.#functions.delete(name);
  }

  /** What a function's policy lets it do with tables, their indexes and the tokens, as `PutItem Orders`. */
  allowed(name: FunctionName): string[] {
    const { properties } = this.#function(name);
    const permissions = this.#resources.allowed(properties.Role['Fn::GetAtt'][0]);
    const asked = permissions.filter(({ action }) => /^(dynamodb|secretsmanager):/.test(action));
    const told = asked.map(({ action, resource }) => `${action.replace(/^.*:/, '')} ${named(resource)}`);
    return told.filter((permission) => !permission.endsWith(' stream') && !permission.endsWith(' *'));
  }

  /** The guard that stands before a function that has worked. */
  guard(name: FunctionName): Guard {
    const found = this.#functions.get(name);
    if (found === undefined) throw new Error(`${name} has not worked yet`);
    return found.guard;
  }

  /** The lines that a function has logged. */
  logged(name: FunctionName): Json[] {
    const { output } = this.#functions.get(name)?.lambda ?? { output: '' };
    const whole = output.slice(0, output.lastIndexOf('\n') + 1);
    return whole
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
  }

  async close(): Promise<void> {
    for (const each of this.#functions.values()) stop(each);
    await this.emulator.stop();
    rmSync(this.#folder, { recursive: true });
  }

  /** With the environment that the template gives it. Tables and the secret are called by their logical names here. */
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

/** What a table or the secret is called here, by the logical name that the template refers to. */
function nameOf(id: string): string {
  return named(id.startsWith('Tokens') ? { Ref: id } : { 'Fn::GetAtt': [id, 'Arn'] });
}

function stop({ guard, lambda }: Guarded): void {
  lambda.stop();
  guard.stop();
}
