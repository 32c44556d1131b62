/** The real server, on a port and a database of its own. It is stopped by its own handle, and nothing else is. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { components } from '@goody/api';
import { expect, vi } from 'vitest';
import type { Answer, GetPath } from '../src/api/types';

export type OrderEvent = components['schemas']['OrderEventView'];

const root = fileURLToPath(new URL('../../../', import.meta.url));
const binary = resolve(root, process.env.GOODY_BIN ?? 'target/debug/goody');
const page = resolve(root, 'dist/packages/frontend');

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

  static async start(): Promise<Goody> {
    if (!existsSync(binary)) throw new Error(`There is no server at ${binary}: cargo build -p goody, or set GOODY_BIN`);
    if (!existsSync(join(page, 'index.html'))) throw new Error(`There is no page at ${page}: npx nx build frontend`);
    const goody = new Goody(await mkdtemp(join(tmpdir(), 'goody-e2e-')));
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
    const child = spawn(
      binary,
      ['serve', '--addr', addr, '--database', join(this.#folder, 'goody.db'), '--web', page],
      {
        cwd: this.#folder,
        env: { ...process.env, GOODY_TIME_ZONE: 'UTC' },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#process = child;
    process.once('exit', () => child.kill('SIGKILL'));
    this.address = await announced(child);
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
