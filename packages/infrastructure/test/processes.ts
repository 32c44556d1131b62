/** Programs that tests start, each ended by its own handle, and folders that are gone afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A program that goes on until it is stopped. What it prints is kept. */
export class Running {
  output = '';
  readonly #process: ChildProcess;

  constructor(program: string, args: string[], { cwd, env }: Surroundings = {}) {
    this.#process = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (text: Buffer) => {
      this.output += text;
    };
    this.#process.stdout?.on('data', keep);
    this.#process.stderr?.on('data', keep);
  }

  /** The first match in what it prints, as soon as there is one. */
  async says(words: RegExp): Promise<RegExpExecArray> {
    for (let attempt = 0; attempt < 600; attempt += 1) {
      const found = words.exec(this.output);
      if (found) return found;
      if (this.#process.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${this.#process.spawnfile} does not say ${words}:\n${this.output}`);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    const impatience = setTimeout(() => this.#process.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(impatience);
  }
}

/** What a program printed that has ended well; an error with it where it has not. */
export async function run(program: string, args: string[], { cwd = ROOT, env }: Surroundings = {}): Promise<string> {
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (text: Buffer) => {
    output += text;
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}

export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'goody-ground-'));

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A port of the loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
