/** The AWS emulator as a process, on a port of the loopback interface, in a temporary folder. */
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { Folder, freePort, ROOT, Running } from './processes.ts';

const MINISTACK = join(ROOT, 'target/tools/python/bin/ministack');
export const REGION = 'eu-west-1';
/** Placeholder credentials: the emulator accepts any. */
const KEYS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: REGION };

export class Ministack {
  readonly port: number;
  /** The environment variables with which programs find the emulator. */
  readonly env: NodeJS.ProcessEnv;
  readonly folder = new Folder();
  readonly #process: Running;

  private constructor(port: number) {
    this.port = port;
    this.env = { ...KEYS, AWS_ENDPOINT_URL: this.address, AWS_EC2_METADATA_DISABLED: 'true' };
    // Functions inherit the environment of the emulator, and find it by that.
    const settings = {
      // The emulator unpacks files into this folder, which `stop` removes.
      TMPDIR: this.folder.path,
      STATE_DIR: this.folder.path,
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: 'localhost',
      LAMBDA_EXECUTOR: 'local',
    };
    this.#process = new Running(MINISTACK, [], { cwd: this.folder.path, env: { ...this.env, ...settings } });
  }

  static async start(): Promise<Ministack> {
    const started = new Ministack(await freePort());
    await started.#process.waitForOutput(/Running on/);
    return started;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The output of the emulator and of its functions. */
  get log(): string {
    return this.#process.output;
  }

  /** Calls a service with a JSON protocol. Throws if it answers with an error. */
  // biome-ignore lint/suspicious/noExplicitAny: each operation of AWS has its own response
  async ask(service: string, version: string, target: string, input: unknown): Promise<any> {
    const headers = { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target };
    const body = JSON.stringify(input);
    const answer = await this.client(service).fetch(this.address, { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(`${target}: ${await answer.text()}`);
    return answer.json();
  }

  /** Sets the value of a secret, as `aws secretsmanager put-secret-value` does. */
  async putSecret(SecretId: string, SecretString: string): Promise<void> {
    await this.ask('secretsmanager', '1.1', 'secretsmanager.PutSecretValue', { SecretId, SecretString });
  }

  client(service: string): AwsClient {
    return new AwsClient({ accessKeyId: 'test', secretAccessKey: 'test', service, region: REGION });
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    this.folder.remove();
  }
}
