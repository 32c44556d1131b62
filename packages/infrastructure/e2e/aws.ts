/** An emulator of AWS on a port of the loopback, and requests to it: unsigned, or signed as AWS wants them. */
import { request } from 'node:http';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { Folder, freePort, ROOT, Running, run } from './processes.ts';

const MINISTACK = join(ROOT, 'target/tools/python/bin/ministack');
const REGION = 'eu-west-1';
/** Of nobody: the emulator takes any. */
const KEYS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: REGION };

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared as they are
  readonly body: any;
}

export class Aws {
  /** What every program has to be told to find the emulator. */
  readonly env: NodeJS.ProcessEnv;
  readonly #port: number;
  readonly #folder: Folder;
  readonly #emulator: Running;

  private constructor(port: number, folder: Folder, emulator: Running, env: NodeJS.ProcessEnv) {
    this.env = env;
    this.#port = port;
    this.#folder = folder;
    this.#emulator = emulator;
  }

  /** An empty account that the CDK may deploy to. */
  static async open(): Promise<Aws> {
    const [port, folder] = [await freePort(), new Folder()];
    const env = { ...KEYS, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_EC2_METADATA_DISABLED: 'true' };
    // Functions inherit the emulator's environment, and so find it.
    const own = {
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: 'localhost',
      LAMBDA_EXECUTOR: 'local',
    };
    const emulator = new Running(MINISTACK, [], { cwd: folder.path, env: { ...env, ...own } });
    await emulator.says(/Running on/);
    const aws = new Aws(port, folder, emulator, env);
    const cdk = join(ROOT, 'node_modules/.bin/cdk');
    await run(cdk, ['bootstrap', `aws://000000000000/${REGION}`], { cwd: folder.path, env });
    return aws;
  }

  /** What the emulator and the functions in it printed. */
  get log(): string {
    return this.#emulator.output;
  }

  /** Asks the API as anybody may. The emulator tells APIs apart by the host that is asked for. */
  get(api: string, path: string): Promise<Answer> {
    return this.#ask(api, 'GET', path, {});
  }

  /** Asks the API as nobody in particular. */
  sendUnsigned(api: string, method: string, path: string, body: unknown): Promise<Answer> {
    return this.#ask(api, method, path, { 'content-type': 'application/json' }, JSON.stringify(body));
  }

  /** Asks the API as a caller that AWS knows. */
  async send(api: string, method: string, path: string, body: unknown): Promise<Answer> {
    const text = JSON.stringify(body);
    const client = new AwsClient({
      accessKeyId: 'test',
      secretAccessKey: 'test',
      service: 'execute-api',
      region: REGION,
    });
    const headers = { 'content-type': 'application/json' };
    const signed = await client.sign(`${api}${path}`, { method, headers, body: text });
    return this.#ask(api, method, path, Object.fromEntries(signed.headers), text);
  }

  /** Puts an order event on a bus, as a carrier's system does. */
  async putOnBus(bus: string, event: unknown): Promise<void> {
    const entry = { EventBusName: bus, Source: 'carrier', DetailType: 'OrderEvent', Detail: JSON.stringify(event) };
    const client = new AwsClient({ accessKeyId: 'test', secretAccessKey: 'test', service: 'events', region: REGION });
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' };
    const body = JSON.stringify({ Entries: [entry] });
    const answer = await client.fetch(this.env.AWS_ENDPOINT_URL ?? '', { method: 'POST', headers, body });
    const told = await answer.json();
    // An answer of 200 says nothing about the entries.
    if (!answer.ok || told.FailedEntryCount > 0) throw new Error(`not put on the bus: ${JSON.stringify(told)}`);
  }

  async close(): Promise<void> {
    await this.#emulator.stop();
    this.#folder.remove();
  }

  /** `fetch` would ask for another host than the one that the API is known by. */
  #ask(api: string, method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answer> {
    const asked = {
      host: '127.0.0.1',
      port: this.#port,
      method,
      path,
      headers: { ...headers, host: new URL(api).host },
    };
    return new Promise((resolve, reject) => {
      const sent = request(asked, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        const text = Buffer.concat(chunks).toString();
        try {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
        } catch {
          reject(new Error(`${method} ${path} was answered with ${response.statusCode}: ${text}`));
        }
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}
