/**
 * Least privilege: each function does all its work behind a guard that refuses every call that the template's policy does not
 * allow. At the end, each function must have used every permission.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ARTIFACTS } from '../src/artifacts.ts';
import { type FunctionName, PERMISSIONS } from '../src/permissions.ts';
import { Account } from './guard/account.ts';
import type { Json } from './guard/emulator.ts';
import { isOk, onTheBus, request, tick } from './guard/events.ts';
import { Secrets } from './guard/secrets.ts';
import { Resources } from './template.ts';
import { newToken, type Token } from './token.ts';

const NOW = '2026-03-10T14:30:20Z';
const LATER = '2026-03-10T20:30:20Z';
/** After the expiry of the buckets: the first day announces their removal, the second day removes them. */
const MUCH_LATER = ['2028-12-01T00:00:20Z', '2028-12-02T00:00:20Z', '2028-12-03T00:00:20Z'];

const placed = (orderId: string) => ({
  eventId: '1',
  orderId,
  vendorId: 'tour',
  status: 'PLACED',
  occurredAt: '2026-03-01T10:00:00Z',
  estimatedDelivery: '2026-03-04T23:59:59Z',
  giftType: 'flowers',
});

let resources: Resources;
let account: Account;
/** An empty account for the simulator, so that it creates all of its demo orders. */
let simulated: Account;
let secrets: Secrets;
/** The secret of a source of webhooks. */
const CARRIER = 'hush';
/** A token with the scope `admin`. */
let office: Token;

beforeAll(async () => {
  resources = Resources.built();
  [secrets, office] = await Promise.all([Secrets.start(), newToken('office', 'admin')]);
  await secrets.put(office, { token: CARRIER, line: `webhook ups ${CARRIER}` });
  const open = () => Account.open(resources, NOW, secrets);
  [account, simulated] = await Promise.all([open(), open()]);
}, 60_000);

afterAll(() => Promise.all([account?.close(), simulated?.close(), secrets?.stop()]));

/** Sends the records of the stream to report-generator, and returns their number. */
async function project(): Promise<number> {
  let count = 0;
  for await (const Records of account.emulator.records('Orders')) {
    expect(await account.invoke('report-generator', { Records })).toEqual({ batchItemFailures: [] });
    count += Records.length;
  }
  return count;
}

const sendTick = (name: FunctionName, where = account) =>
  where.invoke(name, tick(resources, resources.functions[name]?.id ?? ''));

describe('with the permissions of its policy only', () => {
  test('data-backfill records the orders of the past days', async () => {
    expect(await account.invoke('data-backfill', { days: 3 })).toMatchObject({ known: 0 });
  });

  test('order-simulator creates demo orders, and records their events', async () => {
    expect((await sendTick('order-simulator', simulated)).new).toBeGreaterThan(0);
    simulated.setClock(LATER);
    expect((await sendTick('order-simulator', simulated)).new).toBeGreaterThan(0);
  });

  test('order-ingest receives events and vendors over HTTP, takes a batch back, keeps what it refuses, and receives events from the bus', async () => {
    const posted = await write('POST', '/api/orders/events', [placed('tour-1')]);
    expect(JSON.parse(posted.body)).toMatchObject({ accepted: 1 });
    const { headers } = await write('POST', '/api/orders/events', [placed('tour-0')]);
    const retracted = await write('POST', `/api/batches/${headers['x-batch-id']}/retract`, {});
    expect(JSON.parse(retracted.body)).toMatchObject({ orders: 1, events: 1, isComplete: true });
    await write('POST', '/api/orders/events', [{ eventId: 'no event' }]);
    const kept = JSON.parse((await write('GET', '/api/rejections')).body).rejections;
    expect(kept).toHaveLength(1);
    const retried = await write('POST', `/api/rejections/${kept[0].id}/retry`, {});
    expect(JSON.parse(retried.body)).toMatchObject({ result: 'rejected', isRemoved: false });
    expect(JSON.parse((await write('DELETE', '/api/rejections')).body)).toEqual({ forgotten: 1 });
    const vendor = { name: 'Tour', category: 'flowers' };
    expect(await write('PUT', '/api/vendors/tour', vendor)).toSatisfy(isOk);
    await account.invoke('order-ingest', onTheBus(placed('tour-2')));
  });

  test('order-ingest receives webhooks, and what they say waits for its order', async () => {
    const trackingNumber = '1Z999AA10000000001';
    const delivery = {
      gmtActivityDate: '20260307',
      gmtActivityTime: '135004',
      activityStatus: { type: 'D', code: 'FS' },
    };
    const send = () =>
      account.invoke('order-ingest', request('POST', '/api/webhooks/ups', { trackingNumber, ...delivery }, CARRIER));
    const unsigned = request('POST', '/api/webhooks/ups', { trackingNumber, ...delivery });
    expect((await account.invoke('order-ingest', unsigned)).statusCode).toBe(401);
    expect(JSON.parse((await send()).body)).toMatchObject({ result: 'WAITING', waiting: 1 });
    const shipped = { ...placed('tour-5'), eventId: '2', status: 'SHIPPING_ON_TIME', trackingNumber };
    const { eventId, orderId, status, occurredAt } = shipped;
    const shipping = { eventId, orderId, status, occurredAt, trackingNumber };
    await write('POST', '/api/orders/events', [placed('tour-5'), shipping]);
    expect(JSON.parse((await send()).body)).toMatchObject({ result: 'KNOWN', duplicate: 1 });
  });

  test('report-generator processes the stream and a tick', async () => {
    expect(await project()).toBeGreaterThan(100);
    await sendTick('report-generator');
  });

  test('api-handler serves every read route, with every filter', async () => {
    for (const path of paths()) {
      const { statusCode, body } = await read(path);
      // A Lambda function serves no metrics: CloudWatch has them.
      expect(statusCode, `${path}: ${body}`).toBe(path === '/metrics' ? 404 : 200);
    }
  });

  test('each write of an order sends the whole order to report-generator, including changes that failed before', async () => {
    await write('POST', '/api/orders/events', [placed('tour-3')]);
    const Key = { orderId: { S: 'tour-3' } };
    const change = {
      UpdateExpression: 'SET writtenAgain = :yes',
      ExpressionAttributeValues: { ':yes': { BOOL: true } },
    };
    await account.emulator.ask('UpdateItem', { TableName: 'Orders', Key, ...change });
    const records: Json[] = [];
    for await (const batch of account.emulator.records('Orders')) records.push(...batch);
    expect(records.slice(-2).map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY']);
    await account.invoke('report-generator', { Records: records.slice(-1) });
    const { report } = JSON.parse((await read('/vendors/tour/report')).body);
    expect(report.activeOrders, 'tour-1, tour-2 and tour-3').toBe(3);
  });

  test('report-generator rebuilds the counters', async () => {
    let rebuild: Json = {};
    while (rebuild) {
      const { different, next } = await account.invoke('report-generator', { rebuild });
      expect(different).toBe(0);
      rebuild = next && { after: next };
    }
  });

  test('report-generator removes old buckets, and settles orders that the time to live has deleted', async () => {
    for (const day of MUCH_LATER) {
      account.setClock(day);
      await sendTick('report-generator');
      // Buckets are removed only while events arrive: the clock alone removes nothing.
      await write('POST', '/api/orders/events', [{ ...placed(`tour-${day.slice(0, 10)}`), occurredAt: day }]);
      await project();
    }
    await account.emulator.ask('DeleteItem', { TableName: 'Orders', Key: { orderId: { S: 'tour-2' } } });
    await project();
    const marker = { vendorId: { S: 'order#tour-2' }, date: { S: 'marker' } };
    const { Item } = await account.emulator.ask('GetItem', { TableName: 'Reports', Key: marker });
    expect(Item, 'the order has expired').toHaveProperty('expiredOn');
  });
});

test.each(Object.keys(PERMISSIONS) as FunctionName[])('%s uses every permission it has, and needs no other', (name) => {
  const guard = (name === 'order-simulator' ? simulated : account).guard(name);
  expect([...guard.refused]).toEqual([]);
  expect([...guard.used].sort()).toEqual(account.allowed(name).sort());
});

test('a function without a permission fails, and names the permission', async () => {
  for (const permission of ['PutItem Orders', 'GetSecretValue Tokens']) {
    expect((await write('POST', '/api/orders/events', [placed('tour-4')], permission)).statusCode, permission).toBe(
      503,
    );
  }
  await expect(account.invoke('order-ingest', onTheBus(placed('tour-4')), 'PutItem Orders')).rejects.toThrow(
    'no identity-based policy allows PutItem Orders',
  );
});

const read = (path: string): Promise<Json> => account.invoke('api-handler', request('GET', path));

const write = (method: string, path: string, body?: Json, without?: string): Promise<Json> =>
  account.invoke('order-ingest', request(method, path, body, office.token), without);

/** Every read path of the API that api-handler serves, with existing ids, and one path per filter. */
function paths(): string[] {
  const { paths } = JSON.parse(readFileSync(`${ARTIFACTS.shared}/openapi.json`, 'utf8'));
  const all = Object.keys(paths).filter((path) => paths[path].get && !path.startsWith('/api/rejections'));
  const filters = ['vendorId=tour', 'giftType=flowers', 'status=ARRIVED', 'delayed=true', 'dateFrom=2026-03-01'];
  return [
    ...all.map((path) => path.replace(/(?<=orders\/(by-id\/)?)\{id\}/, 'tour-1').replace('{id}', 'tour')),
    ...filters.map((filter) => `/api/orders?${filter}`),
    '/api/orders/recent?hours=168',
    '/api/vendors?date=2026-03-08',
    '/api/dashboard?date=2026-03-08',
  ];
}
