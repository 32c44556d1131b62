/** The real server, as the tests talk to it. */
import type { components } from '@goody/api';
import { expect, vi } from 'vitest';
import { fill, hasOlist, OLIST_DATE, PATIENCE, Server, withoutOlist } from '../scripts/server.mjs';
import type { Answer, GetPath } from '../src/api/types';

export { hasOlist, OLIST_DATE };
export type OrderEvent = components['schemas']['OrderEventView'];

if (!hasOlist) console.warn(withoutOlist);

export class Goody extends Server {
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

  static async #opened(filling: string[]): Promise<Goody> {
    const goody = new Goody('target/debug/goody');
    await goody.open(filling);
    return goody;
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
}
