/** The real server, with methods for tests. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { components } from '@goody/api';
import { expect, vi } from 'vitest';
import {
  failingVendor,
  fill,
  hasOlist,
  newToken,
  OLIST_DATE,
  PATIENCE,
  Server,
  scenarios,
  type Token,
  withoutOlist,
} from '../scripts/server.mjs';
import type { GetPath, ResponseBody } from '../src/api/types';

export { failingVendor, hasOlist, newToken, OLIST_DATE, scenarios };
export type OrderEvent = components['schemas']['OrderEventView'];

if (!hasOlist) console.warn(withoutOlist);

function writeTokens(file: string, tokens: Token[]): Promise<void> {
  return writeFile(file, tokens.map(({ line }) => `${line}\n`).join(''));
}

export class Goody extends Server {
  #token: string | undefined;
  #tokens = '';

  /** Starts a server with an empty database. */
  static start(settings: Record<string, string> = {}, addr?: string): Promise<Goody> {
    return Goody.#create([], settings, addr);
  }

  /** Starts a server with demo orders of ten vendors in the past three weeks. */
  static backfilled(): Promise<Goody> {
    return Goody.#create(fill.demo);
  }

  /** Starts a server with demo orders of which a vendor, `failingVendor`, delivers most late for 14 days. */
  static failing(): Promise<Goody> {
    return Goody.#create(fill.failing);
  }

  /** Starts a server with demo orders in which the vendors of `scenarios` fail. */
  static scenarios(): Promise<Goody> {
    return Goody.#create(fill.scenarios);
  }

  /** Starts a server with the orders of five vendors of that demo, the failing ones among them, as a file of events has them: without names. */
  static async fiveVendors(): Promise<Goody> {
    const goody = await Goody.#create([]);
    const all = 'GOODY_DATABASE=all.db';
    const { code, output } = await goody.shell(
      `${all} goody ${fill.scenarios.join(' ')} >&2 && ${all} goody export events`,
    );
    expect(code, output).toBe(0);
    const events = output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as OrderEvent] : []));
    const five = new Set([...Object.keys(scenarios), 'far-orchard', 'volt-and-velvet']);
    const orders = new Set(events.filter(({ vendorId }) => five.has(vendorId ?? '')).map(({ orderId }) => orderId));
    const kept = events.filter(({ orderId }) => orders.has(orderId));
    for (let at = 0; at < kept.length; at += 5_000) await goody.post(kept.slice(at, at + 5_000));
    const placedOn = kept.flatMap(({ status, occurredAt }) => (status === 'PLACED' ? [occurredAt.slice(0, 10)] : []));
    await vi.waitFor(
      async () => {
        const { days } = await goody.read('/api/dashboard/history', { from: placedOn.sort()[0] ?? '' });
        expect(days.reduce((sum, { day }) => sum + day.placedOrders, 0)).toBe(orders.size);
      },
      { timeout: PATIENCE },
    );
    return goody;
  }

  /** Starts a server with the orders of Olist, from 2016 to 2018. Requires `hasOlist`; tests use the date `OLIST_DATE`. */
  static olist(): Promise<Goody> {
    return Goody.#create(fill.olist);
  }

  /** Starts a server with demo orders that requires one of `tokens`, also for reads. `get` and `read` send the first one. */
  static async guarded(tokens: Token[], settings: Record<string, string> = {}): Promise<Goody> {
    const file = join(await mkdtemp(join(tmpdir(), 'goody-tokens-')), 'tokens');
    await writeTokens(file, tokens);
    const goody = await Goody.#create(fill.demo, {
      GOODY_TOKENS: file,
      GOODY_PROTECT_READS: 'true',
      ...settings,
    });
    goody.#tokens = file;
    goody.#token = tokens[0]?.word;
    return goody;
  }

  /** Replaces the valid tokens while the server runs, and waits until the change has taken effect. */
  async replaceTokens(tokens: Token[]): Promise<void> {
    await writeTokens(this.#tokens, tokens);
    const canRead = async () => {
      const headers = { authorization: `Bearer ${this.#token}` };
      return (await fetch(`${this.address}/api/vendors`, { headers })).ok;
    };
    const isValid = tokens.some(({ word }) => word === this.#token);
    await vi.waitFor(async () => expect(await canRead(), 'the server uses the new token file').toBe(isValid), {
      timeout: PATIENCE,
    });
  }

  override async end(): Promise<void> {
    await super.end();
    if (this.#tokens !== '') await rm(dirname(this.#tokens), { recursive: true, force: true });
  }

  static async #create(filling: string[], settings: Record<string, string> = {}, addr?: string): Promise<Goody> {
    const goody = new Goody('target/debug/goody');
    await goody.open(filling, settings, addr);
    return goody;
  }

  /** The response of the API to a GET request: what tests compare the page with. */
  async read<P extends GetPath>(path: P, query: Record<string, string> = {}): Promise<ResponseBody<P>> {
    return this.readAt<P>(path, query);
  }

  /** As `read`, for a path that contains an id. */
  async readAt<P extends GetPath>(path: string, query: Record<string, string> = {}): Promise<ResponseBody<P>> {
    return (await (await this.get(`${path}?${new URLSearchParams(query)}`)).json()) as ResponseBody<P>;
  }

  /** Sends a GET request, with the token if the server requires one, and expects 200. */
  async get(href: string): Promise<Response> {
    const headers = this.#token === undefined ? undefined : { authorization: `Bearer ${this.#token}` };
    const response = await fetch(this.address + href, { headers });
    expect(response.status, `GET ${href}`).toBe(200);
    return response;
  }

  /** Sends events, and waits until the reports include them. */
  async send(events: OrderEvent[]): Promise<void> {
    const placed = events.filter((event) => event.status === 'PLACED').length;
    const before = await this.#placed();
    await this.post(events);
    await vi.waitFor(
      async () => expect(await this.#placed(), 'the reports include every order').toBe(before + placed),
      {
        timeout: PATIENCE,
      },
    );
  }

  /** Sends events, which may be of orders that no report counts. */
  async post(events: OrderEvent[]): Promise<void> {
    const response = await fetch(`${this.address}/api/orders/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(events),
    });
    const answer = (await response.json()) as components['schemas']['IngestAnswer'];
    expect(answer, 'every event is new and valid').toMatchObject({ accepted: events.length, rejected: 0 });
  }

  /** Sends one event of an order that has no placement, and waits until the dashboard counts the order. */
  async sendUnplaced(orderId: string): Promise<void> {
    const event: OrderEvent = {
      eventId: '1',
      orderId,
      status: 'SHIPPING_ON_TIME',
      occurredAt: new Date().toISOString(),
    };
    await this.post([event]);
    await vi.waitFor(async () => expect((await this.read('/dashboard/summary')).unplacedOrders).toBe(1), {
      timeout: PATIENCE,
    });
  }

  async nameVendor(vendorId: string, name: string, category: string): Promise<void> {
    const response = await fetch(`${this.address}/api/vendors/${vendorId}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, category }),
    });
    expect(response.ok, `PUT ${vendorId}: ${response.status}`).toBe(true);
  }

  /** The number of orders placed in the two weeks that a report covers. */
  async #placed(): Promise<number> {
    const { current, previous } = await this.read('/dashboard/summary');
    return current.totalOrders + previous.totalOrders;
  }
}
