/** Child processes of tests, each stopped by its own handle; temporary folders and free ports. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A process that runs until it is stopped. Its output is stored. */
export class Running {
  output = '';
  readonly #process: ChildProcess;

  constructor(program: string, args: string[], { cwd, env }: ProcessOptions = {}) {
    this.#process = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const store = (text: Buffer) => {
      this.output += text;
    };
    this.#process.stdout?.on('data', store);
    this.#process.stderr?.on('data', store);
  }

  /** Waits for a match in the output, and returns the first one. */
  async waitForOutput(pattern: RegExp): Promise<RegExpExecArray> {
    for (let attempt = 0; attempt < 600; attempt += 1) {
      const found = pattern.exec(this.output);
      if (found) return found;
      if (this.#process.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${this.#process.spawnfile} did not print ${pattern}:\n${this.output}`);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
  }
}

/** Runs a program until it exits, and returns its output. Throws an error with the output if the program fails. */
export async function run(program: string, args: string[], { cwd = ROOT, env }: ProcessOptions = {}): Promise<string> {
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const store = (text: Buffer) => {
    output += text;
  };
  child.stdout.on('data', store);
  child.stderr.on('data', store);
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}

export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'goody-infrastructure-'));

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A free port of the loopback interface. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
