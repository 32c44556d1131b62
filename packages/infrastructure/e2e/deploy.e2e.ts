/**
 * Deploys the stack with the real functions to an AWS emulator, by the documented command. The reports must include every event
 * from every source, and must equal those of the embedded host.
 */
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ARTIFACTS } from '../src/artifacts.ts';
import { request } from '../test/guard/events.ts';
import { ROOT, run } from '../test/processes.ts';
import { newToken } from '../test/token.ts';
import { Aws } from './aws.ts';
import { Embedded } from './embedded.ts';

const DAY = 86_400_000;
const until = new Date(Math.floor(Date.now() / 1000) * 1000 - 1000);
const yesterday = new Date(until.getTime() - DAY).toISOString().slice(0, 10);
const BACKFILL = ['--days', '2', '--seed', '7', '--until', until.toISOString().replace('.000', '')];

const OUTPUTS = join(ARTIFACTS.infrastructure, 'outputs.json');
const BACKUP = `${OUTPUTS}.backup`;

let aws: Aws;
let embedded: Embedded;
let outputs: Record<string, string>;

/** Runs an NX target of this package. */
const nx = (target: string, ...options: string[]) =>
  run(join(ROOT, 'node_modules/.bin/nx'), [target, 'infrastructure', ...options], {
    env: { ...aws.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  });

beforeAll(async () => {
  // This checkout may have a real deployment: its outputs are restored afterwards.
  if (existsSync(OUTPUTS)) copyFileSync(OUTPUTS, BACKUP);
  [aws, embedded] = await Promise.all([Aws.open(), Embedded.backfilled(BACKFILL)]);
  // The AWS clients of the scripts read these variables.
  Object.assign(process.env, aws.env);
});

afterAll(async () => {
  await Promise.all([aws?.close(), embedded?.stop()]);
  rmSync(OUTPUTS, { force: true });
  if (existsSync(BACKUP)) renameSync(BACKUP, OUTPUTS);
});

/** Waits until the deployed API returns the same as the embedded host for a past date. */
async function expectSame(path: string): Promise<void> {
  const { systemHealth: _, ...expected } = await embedded.get(path);
  await vi.waitFor(
    async () => {
      const { systemHealth: _, ...actual } = (await aws.get(outputs.ApiUrl ?? '', path)).body;
      expect(actual, path).toEqual(expected);
    },
    { timeout: 60_000, interval: 500 },
  );
}

test('nx deploy infrastructure deploys the stack, and writes its outputs to outputs.json', async () => {
  const output = await nx('deploy', '--context', 'page=false');
  // The tests run after the build, so the cache has every target.
  for (const built of ['shared:build', 'backend:functions', 'frontend:build', 'infrastructure:build']) {
    expect(output).toMatch(new RegExp(`nx run ${built} +\\[local cache\\]`));
  }
  const { outputs: read } = await import('../scripts/deployed.ts');
  outputs = read();
  expect(outputs).toMatchObject({ ApiUrl: expect.stringContaining('execute-api'), BusName: 'GoodyOrderEvents' });
});

test('nx backfill infrastructure fills the tables, and a second run adds nothing', async () => {
  const output = await nx('backfill', ...BACKFILL);
  expect(output).toMatch(/backfill: [1-9]\d+ new events, 0 known before/);
  expect(await nx('backfill', ...BACKFILL)).toMatch(/backfill: 0 new events, [1-9]\d+ known before/);
});

test('the stream updates the reports, which equal those of the embedded host', async () => {
  const { current } = await embedded.get(`/api/dashboard?date=${yesterday}`);
  expect(current.totalOrders).toBeGreaterThan(20);
  await expectSame(`/api/dashboard?date=${yesterday}`);
  await expectSame(`/api/vendors?date=${yesterday}&limit=100`);
  await expectSame(`/api/dashboard/history?from=${yesterday}&to=${yesterday}`);
  await expectSame(`/api/orders?dateTo=${yesterday}&limit=100`);
});

const placed = (orderId: string, vendorId: string) => ({
  eventId: 'placed',
  orderId,
  vendorId,
  status: 'PLACED',
  occurredAt: `${yesterday}T00:00:10Z`,
  estimatedDelivery: `${yesterday}T12:00:00Z`,
  giftValue: 4_200,
});

/** Sends a request to the deployed API, with or without a token. */
const send = (method: string, path: string, body: unknown, token?: string) =>
  aws.send(outputs.ApiUrl ?? '', method, path, body, token);

/** Makes the tokens of these lines valid from now on. */
async function putTokens(...lines: string[]): Promise<void> {
  await aws.putTokens(outputs.TokensSecretArn ?? '', ...lines);
  // The function reads the tokens every five minutes, and at its start.
  await aws.restart(outputs.OrderIngestFunction ?? '');
}

test('events that are posted with a valid token are counted; other requests are rejected', async () => {
  const events = [placed('posted-1', 'posted'), { ...placed('posted-2', 'posted'), status: 'GONE' }];
  const vendor = { name: 'Posted Vendor', category: 'tests' };
  const [shop, office] = await Promise.all([newToken('shop', 'ingest'), newToken('office', 'admin')]);
  const early = await send('POST', '/api/orders/events', events, shop.token);
  expect(early, 'before any token exists').toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
  await putTokens(shop.line, office.line);
  for (const [method, path, body] of [
    ['POST', '/api/orders/events', events],
    ['PUT', '/api/vendors/posted', vendor],
  ] as const) {
    for (const token of [undefined, `${office.token}x`]) {
      expect(await send(method, path, body, token)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    }
  }
  const forbidden = await send('PUT', '/api/vendors/posted', vendor, shop.token);
  expect(forbidden).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });

  const { status, body } = await send('POST', '/api/orders/events', events, shop.token);
  expect([status, body]).toEqual([200, await embedded.send('POST', '/api/orders/events', events)]);
  expect((await send('PUT', '/api/vendors/posted', vendor, office.token)).status).toBe(200);
  await embedded.send('PUT', '/api/vendors/posted', vendor);
  await expectSame(`/vendors/posted/report?date=${yesterday}`);
  await expectSame(`/dashboard/summary?date=${yesterday}`);
});

test('a token is replaced without a moment in which no token is valid', async () => {
  const event = [placed('posted-1', 'posted')];
  const [now, next] = await Promise.all([newToken('shop', 'ingest'), newToken('shop', 'ingest')]);
  const status = async (token: string) => (await send('POST', '/api/orders/events', event, token)).status;
  const statuses: number[][] = [];
  for (const lines of [[now.line], [now.line, next.line], [next.line]]) {
    await putTokens(...lines);
    statuses.push([await status(now.token), await status(next.token)]);
  }
  expect(statuses).toEqual([
    [200, 401],
    [200, 200],
    [401, 200],
  ]);
});

test('the log names the token that sent each request', async () => {
  const lines = (await nx('logs', '--with', 'audit')).matchAll(/^\S+Z OrderIngest (\{.*\})$/gm);
  const entries = [...lines].map(([, line]) => JSON.parse(line ?? ''));
  expect(entries[0]).toMatchObject({ target: 'audit', message: 'events', token: 'shop', accepted: 1, rejected: 1 });
  expect(entries[1]).toMatchObject({ target: 'audit', message: 'vendor', token: 'office', vendor_id: 'posted' });
});

test('events from the bus are counted', async () => {
  const event = placed('on-the-bus', 'carried');
  await aws.putOnBus(outputs.BusName ?? '', event);
  await embedded.send('POST', '/api/orders/events', [event]);
  await expectSame(`/vendors/carried/report?date=${yesterday}`);
  await expectSame(`/api/dashboard?date=${yesterday}`);
});

const onBus = (detail: unknown) => ({ id: '1', source: 'carrier', 'detail-type': 'OrderEvent', detail });

test('a rejected event goes to the dead-letter queue, and stays there with its reason after a replay', async () => {
  // Invokes the function as EventBridge does: in the emulator, EventBridge invokes without retries.
  const event = onBus({ ...placed('bad', 'carried'), status: 'GONE' });
  await aws.invokeLater(outputs.OrderIngestFunction ?? '', event);
  const queue = outputs.IngestDeadLettersUrl ?? '';
  await vi.waitFor(async () => expect(await aws.queueLength(queue)).toBe(1), { timeout: 30_000, interval: 500 });
  const output = await nx('replay').catch(String);
  expect(output).toMatch(/Ingest \S+ stays: event 1 of carrier was rejected: .*status/);
  expect(output).toContain('replay: 0 replayed, 1 still failing');
});

test('a replay processes the messages that are valid now, and removes them from their queue', async () => {
  const queue = outputs.IngestDeadLettersUrl ?? '';
  // When EventBridge fails to deliver an event, the message in the queue is the event itself.
  const event = placed('late', 'carried');
  await aws.putInQueue(queue, onBus(event));
  await aws.putInQueue(outputs.ProjectionDeadLettersUrl ?? '', {
    DDBStreamBatchInfo: await aws.firstRecord(outputs.OrdersTable ?? ''),
  });
  expect(await nx('replay')).toContain('replay: 2 replayed, 0 still failing');
  await embedded.send('POST', '/api/orders/events', [event]);
  await expectSame(`/vendors/carried/report?date=${yesterday}`);
});

test('nx rebuild infrastructure finds wrong counters, and corrects them', async () => {
  await aws.deleteDay(outputs.ReportsTable ?? '', 'posted', yesterday);
  expect(await nx('rebuild').catch(String)).toMatch(/rebuild: \d+ counters, [1-9]\d* were different/);
  expect(await nx('rebuild')).toMatch(/rebuild: [1-9]\d+ counters, 0 were different/);
  await expectSame(`/vendors/posted/report?date=${yesterday}`);
});

test('nx logs infrastructure shows what the functions logged', async () => {
  expect(await nx('logs', '--with', 'WARN')).toMatch(
    /^\S+Z ReportGenerator \{.*"message":"buckets were not as they should be"/m,
  );
  expect(await nx('logs', '--with', 'no line has this text')).toContain('nothing was logged in the last 10 minutes');
});

test('an error of the API is a problem document', async () => {
  const { status, body } = await aws.get(outputs.ApiUrl ?? '', '/api/orders?limit=many');
  expect([status, body.code]).toEqual([400, 'INVALID_PARAMETER']);
  expect((await aws.get(outputs.ApiUrl ?? '', '/api/nothing')).body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
});

test('the schedule runs, and every check of the health endpoint is healthy', async () => {
  // The emulator itself serves `/health`, so the test invokes the function.
  const { invoke } = await import('../scripts/deployed.ts');
  await vi.waitFor(
    async () => {
      const answer = (await invoke(outputs.ApiHandlerFunction ?? '', request('GET', '/health'))) as { body: string };
      expect(JSON.parse(answer.body)).toMatchObject({
        status: 'healthy',
        checks: { scheduler: { status: 'healthy' } },
      });
    },
    { timeout: 90_000, interval: 2_000 },
  );
});

test('with oidcIssuer, reading needs a JWT of that issuer for one of the audiences; writing needs a token as before', async () => {
  const { issuer, clients } = await aws.signIn('reports', 'office', 'another client');
  const [reports, office, other] = clients;
  const audiences = `oidcAudience=${reports?.audience},${office?.audience}`;
  await nx('deploy', '--context', 'page=false', '--context', `oidcIssuer=${issuer}`, '--context', audiences);
  const status = async (path: string, token?: string) => (await aws.get(outputs.ApiUrl ?? '', path, token)).status;
  const shop = await newToken('shop', 'admin');
  await putTokens(shop.line);

  const forged = reports?.jwt.replace(/[^.]+$/, office?.jwt.split('.')[2] ?? '');
  for (const token of [undefined, shop.token, other?.jwt, forged]) {
    expect(await status('/api/dashboard', token)).toBe(401);
  }
  for (const token of [reports?.jwt, office?.jwt]) {
    expect(await status('/api/dashboard', token)).toBe(200);
  }
  expect(await status('/api/openapi.json')).toBe(200);
  const event = [placed('posted-1', 'posted')];
  expect((await send('POST', '/api/orders/events', event, reports?.jwt)).status).toBe(401);
  expect((await send('POST', '/api/orders/events', event, shop.token)).status).toBe(200);
});

test('nx diff infrastructure finds no difference, and nx destroy infrastructure removes the stack', async () => {
  // Reuses the template that was synthesized for the deployment.
  const deployed = ['--app', '../../dist/packages/infrastructure/cdk.deploy'];
  expect(await nx('diff', '--fail', ...deployed)).toContain('Number of stacks with differences: 0');
  await nx('destroy', '--force', ...deployed);
  expect((await aws.get(outputs.ApiUrl ?? '', '/api/dashboard')).status).toBe(404);
});
