/** The real server, on a port and a database of its own: for tests, pictures and measurements. It is stopped by its own handle. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, import('node:stream').Readable>} Child */

export const root = fileURLToPath(new URL('../../../', import.meta.url));
/** The folder with the built page. */
export const web = resolve(root, process.env.GOODY_WEB ?? 'dist/packages/frontend');

/** Real orders of 1,610 vendors, from 2016 to 2018. They lie beside the project, not in it. */
const olistEvents = resolve(root, '../shared/data/olist-events.ndjson');
export const hasOlist = existsSync(olistEvents);
export const withoutOlist = `Skipped: what needs the orders of Olist, as there is no ${relative(root, olistEvents)}`;
/** A date at which the vendors of Olist were busy. */
export const OLIST_DATE = '2018-08-15';

/** The command of the binary that fills an empty database. */
export const fill = {
  /** Three weeks of demo orders of ten vendors, until now. */
  demo: ['backfill'],
  /** What Olist's vendors did; only where `hasOlist`. */
  olist: ['import', olistEvents],
};

/** @typedef {ReturnType<typeof newToken>} Token */

/**
 * The word that its holder brings, and the line by which a server knows it.
 * @param {string} name
 * @param {'read' | 'ingest' | 'admin'} scope
 */
export function newToken(name, scope) {
  const word = randomBytes(24).toString('base64url');
  return { word, line: `${name} ${scope} ${createHash('sha256').update(word).digest('hex')}` };
}

/** How long the server may take to begin or to end, in milliseconds. */
export const PATIENCE = 30_000;

export class Server {
  /** Where it listens; the same for all its life, also after it was stopped and started again. */
  address = '';
  #binary;
  #folder = '';
  /** @type {Record<string, string>} */
  #settings = {};
  /** @type {Child | undefined} */
  #process;

  /** @param {string} binary which one is run unless GOODY_BIN names another */
  constructor(binary = 'dist/packages/backend/goody') {
    this.#binary = resolve(root, process.env.GOODY_BIN ?? binary);
    if (!existsSync(this.#binary)) throw new Error(`There is no server at ${this.#binary}: build it, or set GOODY_BIN`);
    if (!existsSync(join(web, 'index.html'))) throw new Error(`There is no page at ${web}: npx nx build frontend`);
  }

  /**
   * Makes the database and serves it.
   * @param {string[]} filling one of `fill`; nothing leaves the database empty
   * @param {Record<string, string>} settings of the environment, for who serves it
   */
  async open(filling = [], settings = {}) {
    this.#settings = settings;
    this.#folder = await mkdtemp(join(tmpdir(), 'goody-page-'));
    if (filling.length > 0) await this.#run(filling);
    await this.#listen('127.0.0.1:0');
  }

  /** Stops answering; what is stored stays. */
  async stop() {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    await ended;
    clearTimeout(impatience);
  }

  /** Answers again, at the same address. */
  async startAgain() {
    await this.#listen(new URL(this.address).host);
  }

  /** Stops, and forgets everything. */
  async end() {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** @param {string} addr */
  async #listen(addr) {
    const child = this.#spawn(['serve', '--addr', addr, '--web', web], this.#settings);
    this.#process = child;
    this.address = await announced(child);
  }

  /**
   * Runs a command to its end.
   * @param {string[]} command
   */
  async #run(command) {
    const child = this.#spawn(command);
    const said = saidBy(child);
    const code = await new Promise((done, fail) => child.once('error', fail).once('close', done));
    if (code !== 0) throw new Error(`goody ${command.join(' ')} ended with ${code}. It said:\n${said()}`);
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
 * The address in the line that the server prints when it listens.
 * @param {Child} child
 * @returns {Promise<string>}
 */
function announced(child) {
  return new Promise((done, fail) => {
    const said = saidBy(child);
    /** @param {string} why */
    const give = (why) => fail(new Error(`goody serve ${why}. It said:\n${said()}`));
    const impatience = setTimeout(() => give(`did not listen within ${PATIENCE / 1000} seconds`), PATIENCE);
    child.once('error', (error) => give(`could not be started: ${error.message}`));
    child.once('exit', (code) => give(`ended with ${code}`));
    child.stdout.on('data', () => {
      const address = /Goody is listening on (http:\/\/\S+)/.exec(said())?.[1];
      if (address === undefined) return;
      clearTimeout(impatience);
      done(address);
    });
  });
}

/** @param {Child} child */
function saidBy(child) {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      said += data;
    });
  }
  return () => said;
}
