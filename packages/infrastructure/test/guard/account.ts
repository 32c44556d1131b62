/** An account with the stack in it, as far as functions see it: tables, a guard before them for each function, one clock. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILT } from '../../src/built.ts';
import type { FunctionName } from '../../src/rights.ts';
import { named, type Resources } from '../template.ts';
import { Emulator, type Json } from './emulator.ts';
import { Guard } from './guard.ts';
import { Lambda } from './lambda.ts';

interface Guarded {
  readonly guard: Guard;
  readonly lambda: Lambda;
}

export class Account {
  readonly emulator: Emulator;
  readonly #resources: Resources;
  readonly #folder = mkdtempSync(join(tmpdir(), 'goody-'));
  readonly #functions = new Map<FunctionName, Guarded>();

  private constructor(resources: Resources, emulator: Emulator) {
    this.#resources = resources;
    this.emulator = emulator;
  }

  static async open(resources: Resources, now: string): Promise<Account> {
    const account = new Account(resources, await Emulator.start(resources));
    account.setClock(now);
    return account;
  }

  /** Has all functions see this time. */
  setClock(now: string): void {
    // A function may be reading it.
    writeFileSync(join(this.#folder, 'next'), now);
    renameSync(join(this.#folder, 'next'), join(this.#folder, 'clock'));
  }

  /** Has a function work on an event, with the rights that the template gives it, less one if wanted. */
  async invoke(name: FunctionName, event: Json, without?: string): Promise<Json> {
    const known = this.#functions.get(name);
    if (known && !without) return known.lambda.invoke(event);
    const allowed = this.allowed(name).filter((right) => right !== without);
    const made = await this.#start(name, await Guard.start(this.emulator, allowed));
    if (!without) this.#functions.set(name, made);
    return made.lambda.invoke(event).finally(() => without && stop(made));
  }

  /** What a function's policy lets it do with tables and their indexes, as `PutItem Orders`. */
  allowed(name: FunctionName): string[] {
    const { properties } = this.#function(name);
    const rights = this.#resources.allowed(properties.Role['Fn::GetAtt'][0]);
    const ofTables = rights.filter(({ action }) => action.startsWith('dynamodb:'));
    const told = ofTables.map(({ action, resource }) => `${action.replace('dynamodb:', '')} ${named(resource)}`);
    return told.filter((right) => !right.endsWith(' stream') && !right.endsWith(' *'));
  }

  /** The guard that stands before a function that has worked. */
  guard(name: FunctionName): Guard {
    const found = this.#functions.get(name);
    if (found === undefined) throw new Error(`${name} has not worked yet`);
    return found.guard;
  }

  async close(): Promise<void> {
    for (const each of this.#functions.values()) stop(each);
    await this.emulator.stop();
    rmSync(this.#folder, { recursive: true });
  }

  /** With the environment that the template gives it. Tables are called by their logical names here. */
  #start(name: FunctionName, guard: Guard): Promise<Guarded> {
    const variables: Record<string, Json> = this.#function(name).properties.Environment.Variables;
    const environment = Object.entries(variables).map(([key, value]) => [
      key,
      value.Ref ? this.#table(value.Ref) : value,
    ]);
    return Lambda.start(join(BUILT.lambda(name), 'bootstrap'), {
      ...Object.fromEntries(environment),
      AWS_ENDPOINT_URL: guard.address,
      GOODY_CLOCK: join(this.#folder, 'clock'),
    }).then((lambda) => ({ guard, lambda }));
  }

  #table(id: string): string {
    return named({ 'Fn::GetAtt': [id, 'Arn'] });
  }

  #function(name: FunctionName) {
    const found = this.#resources.functions[name];
    if (found === undefined) throw new Error(`the template has no ${name}`);
    return found;
  }
}

function stop({ guard, lambda }: Guarded): void {
  lambda.stop();
  guard.stop();
}
