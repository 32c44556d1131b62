/** The real server, as the tests talk to it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { components } from '@goody/api';
import { expect, vi } from 'vitest';
import {
  fill,
  hasOlist,
  newToken,
  OLIST_DATE,
  PATIENCE,
  Server,
  type Token,
  withoutOlist,
} from '../scripts/server.mjs';
import type { GetPath, ResponseBody } from '../src/api/types';

export { hasOlist, newToken, OLIST_DATE };
export type OrderEvent = components['schemas']['OrderEventView'];

if (!hasOlist) console.warn(withoutOlist);

function writeTokens(file: string, tokens: Token[]): Promise<void> {
  return writeFile(file, tokens.map(({ line }) => `${line}\n`).join(''));
}

export class Goody extends Server {
  #token: string | undefined;
  #tokens = '';

  /** With an empty database. */
  static start(): Promise<Goody> {
    return Goody.#opened([]);
  }

  /** With three weeks of demo orders of ten vendors, until now. */
  static backfilled(): Promise<Goody> {
    return Goody.#opened(fill.demo);
  }

  /** With the orders of Olist, of 2016 to 2018: look at them at `OLIST_DATE`, and only where `hasOlist`. */
  static olist(): Promise<Goody> {
    return Goody.#opened(fill.olist);
  }

  /** With demo orders that only `tokens` open, also to readers. The first is the one that reads here. */
  static async guarded(tokens: Token[], settings: Record<string, string> = {}): Promise<Goody> {
    const file = join(await mkdtemp(join(tmpdir(), 'goody-tokens-')), 'tokens');
    await writeTokens(file, tokens);
    const goody = await Goody.#opened(fill.demo, {
      GOODY_TOKENS: file,
      GOODY_PROTECT_READS: 'true',
      ...settings,
    });
    goody.#tokens = file;
    goody.#token = tokens[0]?.word;
    return goody;
  }

  /** From now on only `tokens` are good, while it runs. */
  async accept(tokens: Token[]): Promise<void> {
    await writeTokens(this.#tokens, tokens);
    const isRead = async () => {
      const headers = { authorization: `Bearer ${this.#token}` };
      return (await fetch(`${this.address}/api/vendors`, { headers })).ok;
    };
    const isGood = tokens.some(({ word }) => word === this.#token);
    await vi.waitFor(async () => expect(await isRead(), 'what the file says holds').toBe(isGood), {
      timeout: PATIENCE,
    });
  }

  override async end(): Promise<void> {
    await super.end();
    if (this.#tokens !== '') await rm(dirname(this.#tokens), { recursive: true, force: true });
  }

  static async #opened(filling: string[], settings: Record<string, string> = {}): Promise<Goody> {
    const goody = new Goody('target/debug/goody');
    await goody.open(filling, settings);
    return goody;
  }

  /** What the API says: the truth that the page is held against. */
  async read<P extends GetPath>(path: P, query: Record<string, string> = {}): Promise<ResponseBody<P>> {
    return this.readAt<P>(path, query);
  }

  /** The same where the path holds an id. */
  async readAt<P extends GetPath>(path: string, query: Record<string, string> = {}): Promise<ResponseBody<P>> {
    return (await (await this.get(`${path}?${new URLSearchParams(query)}`)).json()) as ResponseBody<P>;
  }

  /** Any answer, with the token that reads where one is needed. */
  async get(href: string): Promise<Response> {
    const headers = this.#token === undefined ? undefined : { authorization: `Bearer ${this.#token}` };
    const response = await fetch(this.address + href, { headers });
    expect(response.status, `GET ${href}`).toBe(200);
    return response;
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
}
