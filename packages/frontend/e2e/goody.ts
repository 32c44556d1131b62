/** The real server, on a port and a database of its own. It is stopped by its own handle, and nothing else is. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { components } from '@goody/api';
import { expect, vi } from 'vitest';
import type { Answer, GetPath } from '../src/api/types';

export type OrderEvent = components['schemas']['OrderEventView'];

const root = fileURLToPath(new URL('../../../', import.meta.url));
const binary = resolve(root, process.env.GOODY_BIN ?? 'target/debug/goody');
const page = resolve(root, process.env.GOODY_WEB ?? 'dist/packages/frontend');

/** Real orders of 1,610 vendors, from 2016 to 2018. They lie beside the project, not in it: who lacks them runs fewer tests. */
const olistEvents = resolve(root, '../shared/data/olist-events.ndjson');
export const hasOlist = existsSync(olistEvents);
if (!hasOlist) console.warn(`Skipped: what needs the Olist orders, as there is no ${relative(root, olistEvents)}`);
/** A date at which the Olist vendors were busy. */
export const OLIST_DATE = '2018-08-15';

/** How long the server may take to begin or to end, in milliseconds. */
const PATIENCE = 30_000;

export class Goody {
  /** Where it listens; the same for all its life, also after it was stopped and started again. */
  address = '';
  #process: ChildProcess | undefined;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** With an empty database. */
  static start(): Promise<Goody> {
    return Goody.#filled([]);
  }

  /** With three weeks of demo orders of ten vendors, until now. */
  static backfilled(): Promise<Goody> {
    return Goody.#filled(['backfill']);
  }

  /** With the orders of Olist; look at them at `OLIST_DATE`, and only where `hasOlist`. */
  static olist(): Promise<Goody> {
    return Goody.#filled(['import', olistEvents]);
  }

  /** `fill` is the command of the binary that fills the database before it is served. */
  static async #filled(fill: string[]): Promise<Goody> {
    if (!existsSync(binary)) throw new Error(`There is no server at ${binary}: cargo build -p goody, or set GOODY_BIN`);
    if (!existsSync(join(page, 'index.html'))) throw new Error(`There is no page at ${page}: npx nx build frontend`);
    const goody = new Goody(await mkdtemp(join(tmpdir(), 'goody-e2e-')));
    if (fill.length > 0) await goody.#run(fill);
    await goody.#listen('127.0.0.1:0');
    return goody;
  }

  /** Stops answering; what is stored stays. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((done) => child.once('exit', () => done()));
    child.kill('SIGTERM');
    const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    await ended;
    clearTimeout(impatience);
  }

  /** Answers again, at the same address. */
  async startAgain(): Promise<void> {
    await this.#listen(new URL(this.address).host);
  }

  /** Stops, and forgets everything. */
  async end(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** What the API says: the truth that the page is held against. */
  async read<P extends GetPath>(path: P, query: Record<string, string> = {}): Promise<Answer<P>> {
    return this.readAt<P>(path, query);
  }

  /** The same where the path holds an id. */
  async readAt<P extends GetPath>(path: string, query: Record<string, string> = {}): Promise<Answer<P>> {
    const response = await fetch(`${this.address}${path}?${new URLSearchParams(query)}`);
    expect(response.status, `GET ${path}`).toBe(200);
    return (await response.json()) as Answer<P>;
  }

  /** Tells it events, and waits until the reports reflect them. */
  async tell(events: OrderEvent[]): Promise<void> {
    const placed = events.filter((event) => event.status === 'PLACED').length;
    const before = await this.#placed();
    const response = await fetch(`${this.address}/api/orders/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(events),
    });
    const answer = (await response.json()) as components['schemas']['IngestAnswer'];
    expect(answer, 'every event is a new fact').toMatchObject({ accepted: events.length, rejected: 0 });
    await vi.waitFor(
      async () => expect(await this.#placed(), 'the reports reflect every order').toBe(before + placed),
      {
        timeout: PATIENCE,
      },
    );
  }

  async name(vendorId: string, name: string, category: string): Promise<void> {
    const response = await fetch(`${this.address}/api/vendors/${vendorId}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, category }),
    });
    expect(response.ok, `PUT ${vendorId}: ${response.status}`).toBe(true);
  }

  /** Orders placed in the two weeks that a report is about. */
  async #placed(): Promise<number> {
    const { current, previous } = await this.read('/dashboard/summary');
    return current.totalOrders + previous.totalOrders;
  }

  async #listen(addr: string): Promise<void> {
    const child = this.#spawn(['serve', '--addr', addr, '--web', page]);
    this.#process = child;
    this.address = await announced(child);
  }

  /** Runs a command of the binary to its end. */
  async #run(command: string[]): Promise<void> {
    const child = this.#spawn(command);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (said += data));
    const code = await new Promise((done, fail) => child.once('error', fail).once('close', done));
    if (code !== 0) throw new Error(`goody ${command.join(' ')} ended with ${code}. It said:\n${said}`);
  }

  #spawn(command: string[]): ChildProcess {
    const child = spawn(binary, [...command, '--database', join(this.#folder, 'goody.db')], {
      cwd: this.#folder,
      env: { ...process.env, GOODY_TIME_ZONE: 'UTC' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    return child;
  }
}

/** The address in the line that the server prints when it listens. */
function announced(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let said = '';
    const give = (why: string) => fail(new Error(`goody serve ${why}. It said:\n${said}`));
    const impatience = setTimeout(() => give(`did not listen within ${PATIENCE / 1000} seconds`), PATIENCE);
    child.once('error', (error) => give(`could not be started: ${error.message}`));
    child.once('exit', (code) => give(`ended with ${code}`));
    child.stderr?.on('data', (data: Buffer) => {
      said += data;
    });
    child.stdout?.on('data', (data: Buffer) => {
      said += data;
      const address = /Goody is listening on (http:\/\/\S+)/.exec(said)?.[1];
      if (address === undefined) return;
      clearTimeout(impatience);
      done(address);
    });
  });
}
