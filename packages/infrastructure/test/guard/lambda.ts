/** The Lambda runtime API for one function: sends events to its real program, one after the other. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from './emulator.ts';

const NEXT = '/2018-06-01/runtime/invocation/next';
/** The deadline of an invocation in milliseconds: far in the future. */
const DEADLINE = '4102444800000';

interface Waiting {
  resolve(answer: Json): void;
  reject(error: Error): void;
}

export class Lambda {
  /** The output of the program. */
  output = '';
  readonly #server: Server;
  #process: ChildProcess | undefined;
  #idle: ServerResponse | undefined;
  #event: string | undefined;
  #waiting: Waiting | undefined;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(program: string, variables: Record<string, string>): Promise<Lambda> {
    const lambda = new Lambda();
    await new Promise<void>((resolve) => lambda.#server.listen(0, '127.0.0.1', resolve));
    const { port } = lambda.#server.address() as AddressInfo;
    const env = {
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      AWS_LAMBDA_FUNCTION_NAME: 'test',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ...variables,
    };
    lambda.#process = spawn(program, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    lambda.#process.stdout?.on('data', (text) => (lambda.output += text));
    lambda.#process.stderr?.on('data', (text) => (lambda.output += text));
    lambda.#process.on('exit', (code) => lambda.#waiting?.reject(new Error(`ended with ${code}: ${lambda.output}`)));
    return lambda;
  }

  /** The response of the function. Rejects if the function throws. */
  invoke(event: Json): Promise<Json> {
    return new Promise((resolve, reject) => {
      if (this.#process?.exitCode !== null) reject(new Error(`the program has ended: ${this.output}`));
      this.#waiting = { resolve, reject };
      this.#event = JSON.stringify(event);
      this.#sendEvent();
    });
  }

  stop(): void {
    this.#process?.kill();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === NEXT) {
      this.#idle = response;
      this.#sendEvent();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    response.writeHead(202).end('{}');
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (request.url?.endsWith('/response')) waiting?.resolve(JSON.parse(body));
    else waiting?.reject(new Error(body));
  }

  /** Sends the event as soon as there is one and the program has requested it. */
  #sendEvent(): void {
    if (this.#idle === undefined || this.#event === undefined) return;
    this.#idle.writeHead(200, {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': crypto.randomUUID(),
      'Lambda-Runtime-Deadline-Ms': DEADLINE,
      'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:eu-west-1:000000000000:function:test',
    });
    this.#idle.end(this.#event);
    this.#idle = undefined;
    this.#event = undefined;
  }
}
