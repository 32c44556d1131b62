/** An emulator of AWS on a port of the loopback, and requests to it: unsigned, or signed as AWS wants them. */
import { request } from 'node:http';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { Folder, freePort, ROOT, Running, run } from '../test/processes.ts';

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
      // What it unpacks goes when its folder goes.
      TMPDIR: folder.path,
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
    const headers = { 'content-type': 'application/json' };
    const signed = await this.#client('execute-api').sign(`${api}${path}`, { method, headers, body: text });
    return this.#ask(api, method, path, Object.fromEntries(signed.headers), text);
  }

  /** Puts an order event on a bus, as a carrier's system does. */
  async putOnBus(bus: string, event: unknown): Promise<void> {
    const entry = { EventBusName: bus, Source: 'carrier', DetailType: 'OrderEvent', Detail: JSON.stringify(event) };
    const told = await this.#service('events', '1.1', 'AWSEvents.PutEvents', { Entries: [entry] });
    // That the call was answered says nothing about the entries.
    if (told.FailedEntryCount > 0) throw new Error(`not put on the bus: ${JSON.stringify(told)}`);
  }

  /** Has a function work on an event by and by, as services of AWS do. */
  async invokeLater(functionName: string, event: unknown): Promise<void> {
    const address = `${this.env.AWS_ENDPOINT_URL}/2015-03-31/functions/${functionName}/invocations`;
    const headers = { 'x-amz-invocation-type': 'Event' };
    const answer = await this.#client('lambda').fetch(address, {
      method: 'POST',
      headers,
      body: JSON.stringify(event),
    });
    if (answer.status !== 202) throw new Error(`not invoked: ${await answer.text()}`);
  }

  /** How many messages wait in a queue. */
  async waiting(queue: string): Promise<number> {
    const name = 'ApproximateNumberOfMessages';
    const asked = { QueueUrl: queue, AttributeNames: [name] };
    return Number((await this.#service('sqs', '1.0', 'AmazonSQS.GetQueueAttributes', asked)).Attributes[name]);
  }

  async putInQueue(queue: string, message: unknown): Promise<void> {
    await this.#service('sqs', '1.0', 'AmazonSQS.SendMessage', {
      QueueUrl: queue,
      MessageBody: JSON.stringify(message),
    });
  }

  /** Takes a vendor's counters of a day away. */
  async loseDay(table: string, vendorId: string, day: string): Promise<void> {
    const key = { vendorId: { S: vendorId }, date: { S: `day#${day}` } };
    const asked = { TableName: table, Key: key, ReturnValues: 'ALL_OLD' };
    const { Attributes } = await this.#service('dynamodb', '1.0', 'DynamoDB_20120810.DeleteItem', asked);
    if (Attributes === undefined) throw new Error(`${vendorId} has no counters of ${day}`);
  }

  /** Where a table's stream begins, as a dead letter names it. */
  async firstRecord(table: string): Promise<Record<string, string>> {
    const streams = (operation: string, asked: unknown) =>
      this.#service('dynamodb', '1.0', `DynamoDBStreams_20120810.${operation}`, asked);
    const [{ StreamArn: streamArn }] = (await streams('ListStreams', { TableName: table })).Streams;
    const [{ ShardId: shardId }] = (await streams('DescribeStream', { StreamArn: streamArn })).StreamDescription.Shards;
    const from = { StreamArn: streamArn, ShardId: shardId, ShardIteratorType: 'TRIM_HORIZON' };
    const [record] = (await streams('GetRecords', await streams('GetShardIterator', from))).Records;
    const number = record.dynamodb.SequenceNumber;
    return { streamArn, shardId, startSequenceNumber: number, endSequenceNumber: number };
  }

  async close(): Promise<void> {
    await this.#emulator.stop();
    this.#folder.remove();
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers are as AWS gives them
  async #service(service: string, version: string, target: string, asked: unknown): Promise<any> {
    const headers = { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target };
    const body = JSON.stringify(asked);
    const answer = await this.#client(service).fetch(this.env.AWS_ENDPOINT_URL ?? '', {
      method: 'POST',
      headers,
      body,
    });
    if (!answer.ok) throw new Error(`${target}: ${await answer.text()}`);
    return answer.json();
  }

  #client(service: string): AwsClient {
    return new AwsClient({ accessKeyId: 'test', secretAccessKey: 'test', service, region: REGION });
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
