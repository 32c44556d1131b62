/** The DynamoDB emulator as a process, with the tables of the template: `Orders`, `Reports` and `Vendors`. */
import { join } from 'node:path';
import { freePort, ROOT, Running } from '../processes.ts';
import { named, type Resources } from '../template.ts';

const DYNOXIDE = join(ROOT, 'target/tools/bin/dynoxide');
/** The emulator requires a key, and accepts any. */
const KEY = 'test/20260310/eu-west-1/dynamodb/aws4_request';

// biome-ignore lint/suspicious/noExplicitAny: each operation of DynamoDB has its own response
export type Json = any;

export class Emulator {
  readonly address: string;
  readonly #process: Running;

  private constructor(address: string, process: Running) {
    this.address = address;
    this.#process = process;
  }

  static async start(resources: Resources): Promise<Emulator> {
    const port = await freePort();
    const process = new Running(DYNOXIDE, ['serve', '--port', String(port), '--log', 'quiet']);
    const emulator = new Emulator(`http://127.0.0.1:${port}`, process);
    await emulator.#ready();
    for (const [id, { Properties }] of resources.ofType('AWS::DynamoDB::GlobalTable')) {
      const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, StreamSpecification } = Properties;
      const stream = StreamSpecification && { StreamSpecification: { StreamEnabled: true, ...StreamSpecification } };
      const keys = { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes };
      await emulator.ask('CreateTable', {
        TableName: named({ 'Fn::GetAtt': [id, 'Arn'] }),
        BillingMode: 'PAY_PER_REQUEST',
        ...keys,
        ...stream,
      });
    }
    return emulator;
  }

  /** Calls an operation. Throws if the emulator answers with an error. */
  async ask(operation: string, input: Json, service = 'DynamoDB_20120810'): Promise<Json> {
    const headers = {
      'Content-Type': 'application/x-amz-json-1.0',
      'X-Amz-Target': `${service}.${operation}`,
      'X-Amz-Date': '20260310T143020Z',
      Authorization: `AWS4-HMAC-SHA256 Credential=${KEY}, SignedHeaders=host, Signature=test`,
    };
    const response = await fetch(this.address, { method: 'POST', headers, body: JSON.stringify(input) });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${operation}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** The records of a table's stream, from its beginning. */
  async *records(table: string): AsyncGenerator<Json[]> {
    const ask = (operation: string, input: Json) => this.ask(operation, input, 'DynamoDBStreams_20120810');
    const { Streams } = await ask('ListStreams', { TableName: table });
    const { StreamArn } = Streams[0];
    const { StreamDescription } = await ask('DescribeStream', { StreamArn });
    for (const { ShardId } of StreamDescription.Shards) {
      const from = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
      let { ShardIterator } = await ask('GetShardIterator', from);
      while (ShardIterator) {
        const { Records, NextShardIterator } = await ask('GetRecords', { ShardIterator, Limit: 200 });
        if (Records.length === 0) break;
        yield Records;
        ShardIterator = NextShardIterator;
      }
    }
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  async #ready(): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      try {
        await this.ask('ListTables', {});
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    throw new Error(`${DYNOXIDE} did not start: the Makefile installs it`);
  }
}
