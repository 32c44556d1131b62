/** Starts the real server with its own port and database, for tests, screenshots and measurements, and stops it by its process handle. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, import('node:stream').Readable>} Child */

export const root = fileURLToPath(new URL('../../../', import.meta.url));
/** The folder with the built page. */
export const web = resolve(root, process.env.GOODY_WEB ?? 'dist/packages/frontend');

/** Real orders of 1,610 vendors, from 2016 to 2018. The file is next to the repository, not in it. */
const olistEvents = resolve(root, '../shared/data/olist-events.ndjson');
export const hasOlist = existsSync(olistEvents);
export const withoutOlist = `Skipped: everything that needs the orders of Olist, because ${relative(root, olistEvents)} is missing`;
/** A date with many orders in the data of Olist. */
export const OLIST_DATE = '2018-08-15';

/** The vendor of `fill.failing`. */
export const failingVendor = 'paper-lantern';

/** The vendors of `fill.scenarios`, and since how many days what happens to them. */
export const scenarios = /** @type {const} */ ({
  'bloom-and-branch': ['drop', 14],
  'harbour-candles': ['stall', 7],
  [failingVendor]: ['late-surge', 14],
});

/** @param {number} days */
function daysAgo(days) {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

/** The arguments of the command that fills an empty database. */
export const fill = {
  /** Demo orders of ten vendors in the past three weeks. */
  demo: ['backfill'],
  /** Demo orders of 75 days, of which a vendor delivers most late in the last 14. */
  failing: ['backfill', '--days', '75', '--scenario', `${failingVendor}=late-surge@${daysAgo(14)}`],
  /** Demo orders of 75 days, in which three vendors fail, each in its way. */
  scenarios: [
    'backfill',
    '--days',
    '75',
    ...Object.entries(scenarios).flatMap(([vendor, [name, days]]) => [
      '--scenario',
      `${vendor}=${name}@${daysAgo(days)}`,
    ]),
  ],
  /** The orders of Olist. Requires `hasOlist`. */
  olist: ['import', olistEvents],
};

/** @typedef {ReturnType<typeof newToken>} Token */

/**
 * A new token: `word` is the secret that a client sends, `line` the line with its hash in the server's token file.
 * @param {string} name
 * @param {'read' | 'ingest' | 'admin'} scope
 */
export function newToken(name, scope) {
  const word = randomBytes(24).toString('base64url');
  return { word, line: `${name} ${scope} ${createHash('sha256').update(word).digest('hex')}` };
}

/** The maximum time for the server to start or to stop, in milliseconds. */
export const PATIENCE = 30_000;

export class Server {
  /** The URL of the server. It stays the same after a restart. */
  address = '';
  #binary;
  #folder = '';
  /** @type {Record<string, string>} */
  #settings = {};
  /** @type {Child | undefined} */
  #process;

  /** @param {string} binary the program, unless GOODY_BIN names another one */
  constructor(binary = 'dist/packages/backend/goody') {
    this.#binary = resolve(root, process.env.GOODY_BIN ?? binary);
    if (!existsSync(this.#binary)) throw new Error(`There is no server at ${this.#binary}: build it, or set GOODY_BIN`);
    if (!existsSync(join(web, 'index.html'))) throw new Error(`There is no page at ${web}: npx nx build frontend`);
  }

  /**
   * Creates the database and starts the server.
   * @param {string[]} filling one of `fill`; without it, the database stays empty
   * @param {Record<string, string>} settings environment variables of the server
   * @param {string} addr the address to listen on; port 0 is any free port
   */
  async open(filling = [], settings = {}, addr = '127.0.0.1:0') {
    this.#settings = settings;
    this.#folder = await mkdtemp(join(tmpdir(), 'goody-page-'));
    if (filling.length > 0) await this.#run(filling);
    await this.#listen(addr);
  }

  /** Stops the server, and keeps the database. */
  async stop() {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    await ended;
    clearTimeout(timer);
  }

  /** Starts the server again, at the same address. */
  async startAgain() {
    await this.#listen(new URL(this.address).host);
  }

  /** Stops the server, and deletes the database. */
  async end() {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** @param {string} addr */
  async #listen(addr) {
    const child = this.#spawn(['serve', '--addr', addr, '--web', web], this.#settings);
    this.#process = child;
    this.address = await addressOf(child);
  }

  /**
   * Runs a shell command with the program as `goody`, on the database of the server. Resolves to its exit code and its output.
   * @param {string} command
   */
  async shell(command) {
    const child = spawn('sh', ['-c', command], {
      cwd: this.#folder,
      env: {
        ...process.env,
        PATH: `${dirname(this.#binary)}:${process.env.PATH}`,
        GOODY_DATABASE: join(this.#folder, 'goody.db'),
        GOODY_LOG: 'error',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = outputOf(child);
    const code = await new Promise((done, fail) => child.once('error', fail).once('close', done));
    return { code, output: output() };
  }

  /**
   * Runs a command until it exits. Throws an error with its output if it fails.
   * @param {string[]} command
   */
  async #run(command) {
    const child = this.#spawn(command);
    const output = outputOf(child);
    const code = await new Promise((done, fail) => child.once('error', fail).once('close', done));
    if (code !== 0) throw new Error(`goody ${command.join(' ')} ended with ${code}. Its output:\n${output()}`);
  }

  /**
   * @param {string[]} command
   * @param {Record<string, string>} settings
   * @returns {Child}
   */
  #spawn(command, settings = {}) {
    const child = spawn(this.#binary, [...command, '--database', join(this.#folder, 'goody.db')], {
      cwd: this.#folder,
      env: { ...process.env, GOODY_TIME_ZONE: 'UTC', ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    return child;
  }
}

/**
 * Waits for the line that the server prints when it listens, and returns the address in it.
 * @param {Child} child
 * @returns {Promise<string>}
 */
function addressOf(child) {
  return new Promise((done, fail) => {
    const output = outputOf(child);
    /** @param {string} reason */
    const giveUp = (reason) => fail(new Error(`goody serve ${reason}. Its output:\n${output()}`));
    const timer = setTimeout(() => giveUp(`did not listen within ${PATIENCE / 1000} seconds`), PATIENCE);
    child.once('error', (error) => giveUp(`could not be started: ${error.message}`));
    child.once('exit', (code) => giveUp(`ended with ${code}`));
    child.stdout.on('data', () => {
      const address = /Goody is listening on (http:\/\/\S+)/.exec(output())?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      done(address);
    });
  });
}

/** @param {Child} child */
function outputOf(child) {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output += data;
    });
  }
  return () => output;
}
