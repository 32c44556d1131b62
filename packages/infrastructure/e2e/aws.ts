/** An account in an AWS emulator: unsigned requests to the deployed API, and signed requests to AWS services. */
import { request } from 'node:http';
import { join } from 'node:path';
import { Ministack, REGION } from '../test/ministack.ts';
import { ROOT, run } from '../test/processes.ts';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests compare responses as a whole
  readonly body: any;
}

export interface UserPool {
  readonly issuer: string;
  readonly clients: readonly { readonly audience: string; readonly jwt: string }[];
}

export class Aws {
  readonly #emulator: Ministack;

  private constructor(emulator: Ministack) {
    this.#emulator = emulator;
  }

  /** An empty account that the CDK may deploy to. */
  static async open(): Promise<Aws> {
    const emulator = await Ministack.start();
    const cdk = join(ROOT, 'node_modules/.bin/cdk');
    const { env, folder } = emulator;
    await run(cdk, ['bootstrap', `aws://000000000000/${REGION}`], { cwd: folder.path, env });
    return new Aws(emulator);
  }

  /** The environment variables with which programs find the emulator. */
  get env(): NodeJS.ProcessEnv {
    return this.#emulator.env;
  }

  /** The output of the emulator and of its functions. */
  get log(): string {
    return this.#emulator.log;
  }

  /** Sends a GET request to the API, with or without a token. The emulator selects the API by the Host header. */
  get(api: string, path: string, token?: string): Promise<Answer> {
    return this.#ask(api, 'GET', path, bearer(token));
  }

  /** Sends a request with a body to the API, with or without a token. */
  send(api: string, method: string, path: string, body: unknown, token?: string): Promise<Answer> {
    const headers = { 'content-type': 'application/json', ...bearer(token) };
    return this.#ask(api, method, path, headers, JSON.stringify(body));
  }

  /** Makes the tokens of these lines valid, and no others. */
  async putTokens(secret: string, ...lines: string[]): Promise<void> {
    await this.#emulator.putSecret(secret, lines.join('\n'));
  }

  /** Restarts a function by an update of its configuration, so that it loses its memory. */
  async restart(functionName: string): Promise<void> {
    const address = `${this.env.AWS_ENDPOINT_URL}/2015-03-31/functions/${functionName}/configuration`;
    const lambda = this.#emulator.client('lambda');
    const { Timeout } = await (await lambda.fetch(address)).json();
    const answer = await lambda.fetch(address, { method: 'PUT', body: JSON.stringify({ Timeout }) });
    if (!answer.ok) throw new Error(`not restarted: ${await answer.text()}`);
  }

  /** Creates a user pool with these clients, signs one user in with each client, and returns their JWTs. */
  async signIn(...clients: string[]): Promise<UserPool> {
    const ask = (operation: string, input: unknown) =>
      this.#emulator.ask('cognito-idp', '1.1', `AWSCognitoIdentityProviderService.${operation}`, input);
    const [Username, Password] = ['reader', 'Of-the-tests-1'];
    const { Id: UserPoolId } = (await ask('CreateUserPool', { PoolName: 'people' })).UserPool;
    await ask('AdminCreateUser', { UserPoolId, Username, MessageAction: 'SUPPRESS' });
    await ask('AdminSetUserPassword', { UserPoolId, Username, Password, Permanent: true });
    const signInTo = async (ClientName: string) => {
      const flow = { UserPoolId, ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH'] };
      const { ClientId } = (await ask('CreateUserPoolClient', { ...flow, ClientName })).UserPoolClient;
      const AuthParameters = { USERNAME: Username, PASSWORD: Password };
      const signIn = { UserPoolId, ClientId, AuthFlow: 'ADMIN_USER_PASSWORD_AUTH', AuthParameters };
      return { audience: ClientId, jwt: (await ask('AdminInitiateAuth', signIn)).AuthenticationResult.IdToken };
    };
    const issuer = `https://cognito-idp.${REGION}.amazonaws.com/${UserPoolId}`;
    return { issuer, clients: await Promise.all(clients.map(signInTo)) };
  }

  /** Puts an order event on a bus, as a carrier's system does. */
  async putOnBus(bus: string, event: unknown): Promise<void> {
    const entry = { EventBusName: bus, Source: 'carrier', DetailType: 'OrderEvent', Detail: JSON.stringify(event) };
    const result = await this.#emulator.ask('events', '1.1', 'AWSEvents.PutEvents', { Entries: [entry] });
    // A successful call may contain failed entries.
    if (result.FailedEntryCount > 0) throw new Error(`not put on the bus: ${JSON.stringify(result)}`);
  }

  /** Invokes a function asynchronously, as services of AWS do. */
  async invokeLater(functionName: string, event: unknown): Promise<void> {
    const address = `${this.env.AWS_ENDPOINT_URL}/2015-03-31/functions/${functionName}/invocations`;
    const headers = { 'x-amz-invocation-type': 'Event' };
    const answer = await this.#emulator.client('lambda').fetch(address, {
      method: 'POST',
      headers,
      body: JSON.stringify(event),
    });
    if (answer.status !== 202) throw new Error(`not invoked: ${await answer.text()}`);
  }

  /** The number of messages in a queue. */
  async queueLength(queue: string): Promise<number> {
    const name = 'ApproximateNumberOfMessages';
    const input = { QueueUrl: queue, AttributeNames: [name] };
    return Number((await this.#emulator.ask('sqs', '1.0', 'AmazonSQS.GetQueueAttributes', input)).Attributes[name]);
  }

  async putInQueue(queue: string, message: unknown): Promise<void> {
    await this.#emulator.ask('sqs', '1.0', 'AmazonSQS.SendMessage', {
      QueueUrl: queue,
      MessageBody: JSON.stringify(message),
    });
  }

  /** Deletes a vendor's counters of a day. */
  async deleteDay(table: string, vendorId: string, day: string): Promise<void> {
    const key = { vendorId: { S: vendorId }, date: { S: `day#${day}` } };
    const input = { TableName: table, Key: key, ReturnValues: 'ALL_OLD' };
    const { Attributes } = await this.#emulator.ask('dynamodb', '1.0', 'DynamoDB_20120810.DeleteItem', input);
    if (Attributes === undefined) throw new Error(`${vendorId} has no counters of ${day}`);
  }

  /** The first record of a table's stream, in the format of a dead letter. */
  async firstRecord(table: string): Promise<Record<string, string>> {
    const streams = (operation: string, input: unknown) =>
      this.#emulator.ask('dynamodb', '1.0', `DynamoDBStreams_20120810.${operation}`, input);
    const [{ StreamArn: streamArn }] = (await streams('ListStreams', { TableName: table })).Streams;
    const [{ ShardId: shardId }] = (await streams('DescribeStream', { StreamArn: streamArn })).StreamDescription.Shards;
    const from = { StreamArn: streamArn, ShardId: shardId, ShardIteratorType: 'TRIM_HORIZON' };
    const [record] = (await streams('GetRecords', await streams('GetShardIterator', from))).Records;
    const number = record.dynamodb.SequenceNumber;
    return { streamArn, shardId, startSequenceNumber: number, endSequenceNumber: number };
  }

  async close(): Promise<void> {
    await this.#emulator.stop();
  }

  /** `fetch` cannot set the Host header, by which the emulator selects the API. */
  #ask(api: string, method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answer> {
    const options = {
      host: '127.0.0.1',
      port: this.#emulator.port,
      method,
      path,
      headers: { ...headers, host: new URL(api).host },
    };
    return new Promise((resolve, reject) => {
      const sent = request(options, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        const text = Buffer.concat(chunks).toString();
        try {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
        } catch {
          reject(new Error(`${method} ${path} returned ${response.statusCode}: ${text}`));
        }
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
