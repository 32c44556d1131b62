/** The embedded host with its own database: the reference for the deployed stack. */
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { ARTIFACTS } from '../src/artifacts.ts';
import { Folder, Running, run } from '../test/processes.ts';

export class Embedded {
  readonly address: string;
  readonly #folder: Folder;
  readonly #server: Running;

  private constructor(address: string, folder: Folder, server: Running) {
    this.address = address;
    this.#folder = folder;
    this.#server = server;
  }

  /** Starts the server with the demo orders that `goody backfill` creates with these options. */
  static async backfilled(options: string[]): Promise<Embedded> {
    const folder = new Folder();
    const goody = join(ARTIFACTS.backend, 'goody');
    const env = { GOODY_DATABASE: join(folder.path, 'goody.db'), GOODY_TIME_ZONE: 'UTC' };
    await run(goody, ['backfill', ...options], { env });
    const server = new Running(goody, ['serve', '--addr', '127.0.0.1:0', '--web', ARTIFACTS.page], { env });
    const [address] = await server.waitForOutput(/http:\/\/127\.0\.0\.1:\d+/);
    return new Embedded(address, folder, server);
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests compare responses as a whole
  async get(path: string): Promise<any> {
    return (await fetch(`${this.address}${path}`)).json();
  }

  /** Sends a request, and waits until the reports include it. */
  // biome-ignore lint/suspicious/noExplicitAny: tests compare responses as a whole
  async send(method: string, path: string, body: unknown): Promise<any> {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await fetch(`${this.address}${path}`, { method, headers, body: JSON.stringify(body) });
    const receivedAt = Date.now();
    // The measurement that `/health` returns may be a second old.
    await vi.waitFor(
      async () => {
        const { timestamp, systemMetrics } = await this.get('/health');
        expect(Date.parse(timestamp)).toBeGreaterThanOrEqual(receivedAt);
        expect(systemMetrics.changeLag.changes).toBe(0);
      },
      { timeout: 30_000, interval: 100 },
    );
    return answer.json();
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    this.#folder.remove();
  }
}
