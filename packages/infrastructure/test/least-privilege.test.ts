/**
 * The permissions are enough, and none is too much: each function does its whole work behind a guard that refuses what the
 * template's policy does not allow, and in the end every permission was used.
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
/** Buckets are old by then, which is announced on the first day and done on the second. */
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
/** Where the simulator works alone, so that it has to make its world. */
let world: Account;
let secrets: Secrets;
/** Of somebody who may write. */
let office: Token;

beforeAll(async () => {
  resources = Resources.built();
  [secrets, office] = await Promise.all([Secrets.start(), newToken('office', 'admin')]);
  await secrets.put(office);
  const open = () => Account.open(resources, NOW, secrets);
  [account, world] = await Promise.all([open(), open()]);
}, 60_000);

afterAll(() => Promise.all([account?.close(), world?.close(), secrets?.stop()]));

/** Has report-generator take what the stream says since the last time. */
async function project(): Promise<number> {
  let taken = 0;
  for await (const Records of account.emulator.records('Orders')) {
    expect(await account.invoke('report-generator', { Records })).toEqual({ batchItemFailures: [] });
    taken += Records.length;
  }
  return taken;
}

const ticked = (name: FunctionName, where = account) =>
  where.invoke(name, tick(resources, resources.functions[name]?.id ?? ''));

describe('with what its policy allows, and nothing else', () => {
  test('data-backfill tells the orders of the past days', async () => {
    expect(await account.invoke('data-backfill', { days: 3 })).toMatchObject({ known: 0 });
  });

  test('order-simulator makes its world, and tells what happens in it', async () => {
    expect((await ticked('order-simulator', world)).new).toBeGreaterThan(0);
    world.setClock(LATER);
    expect((await ticked('order-simulator', world)).new).toBeGreaterThan(0);
  });

  test('order-ingest takes events and vendors over HTTP, and events from the bus', async () => {
    const posted = await write('POST', '/api/orders/events', [placed('tour-1')]);
    expect(JSON.parse(posted.body)).toMatchObject({ accepted: 1 });
    const vendor = { name: 'Tour', category: 'flowers' };
    expect(await write('PUT', '/api/vendors/tour', vendor)).toSatisfy(isOk);
    await account.invoke('order-ingest', onTheBus(placed('tour-2')));
  });

  test('report-generator takes the stream and the clock', async () => {
    expect(await project()).toBeGreaterThan(100);
    await ticked('report-generator');
  });

  test('api-handler answers every route that reads, with every filter', async () => {
    for (const path of paths()) {
      const { statusCode, body } = await read(path);
      // A process of Lambda has no metrics to be read: CloudWatch has them.
      expect(statusCode, `${path}: ${body}`).toBe(path === '/metrics' ? 404 : 200);
    }
  });

  test('whatever is written of an order brings all of it to report-generator, also what was given up before', async () => {
    await write('POST', '/api/orders/events', [placed('tour-3')]);
    const Key = { orderId: { S: 'tour-3' } };
    const change = { UpdateExpression: 'SET toldAgain = :yes', ExpressionAttributeValues: { ':yes': { BOOL: true } } };
    await account.emulator.ask('UpdateItem', { TableName: 'Orders', Key, ...change });
    const told: Json[] = [];
    for await (const records of account.emulator.records('Orders')) told.push(...records);
    expect(told.slice(-2).map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY']);
    await account.invoke('report-generator', { Records: told.slice(-1) });
    const { report } = JSON.parse((await read('/vendors/tour/report')).body);
    expect(report.activeOrders, 'tour-1, tour-2 and tour-3').toBe(3);
  });

  test('report-generator computes the counters anew when asked', async () => {
    let rebuild: Json = {};
    while (rebuild) {
      const { different, next } = await account.invoke('report-generator', { rebuild });
      expect(different).toBe(0);
      rebuild = next && { after: next };
    }
  });

  test('report-generator forgets buckets, and what the time to live has deleted', async () => {
    for (const day of MUCH_LATER) {
      account.setClock(day);
      await ticked('report-generator');
      // Nothing is removed by the clock's word alone: the facts go on, too.
      await write('POST', '/api/orders/events', [{ ...placed(`tour-${day.slice(0, 10)}`), occurredAt: day }]);
      await project();
    }
    await account.emulator.ask('DeleteItem', { TableName: 'Orders', Key: { orderId: { S: 'tour-2' } } });
    await project();
    const marker = { vendorId: { S: 'order#tour-2' }, date: { S: 'marker' } };
    const { Item } = await account.emulator.ask('GetItem', { TableName: 'Reports', Key: marker });
    expect(Item, 'the order is known to have expired').toHaveProperty('expiredOn');
  });
});

test.each(Object.keys(PERMISSIONS) as FunctionName[])(
  '%s uses every permission it has, and asks for no other',
  (name) => {
    const guard = (name === 'order-simulator' ? world : account).guard(name);
    expect([...guard.refused]).toEqual([]);
    expect([...guard.used].sort()).toEqual(account.allowed(name).sort());
  },
);

test('a function that lacks a permission fails, and says which', async () => {
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

const write = (method: string, path: string, body: Json, without?: string): Promise<Json> =>
  account.invoke('order-ingest', request(method, path, body, office.token), without);

/** Every path of the API that reads, with an order and a vendor that there are, and what filters its own way. */
function paths(): string[] {
  const { paths } = JSON.parse(readFileSync(`${ARTIFACTS.shared}/openapi.json`, 'utf8'));
  const all = Object.keys(paths).filter((path) => paths[path].get);
  const filters = ['vendorId=tour', 'giftType=flowers', 'status=ARRIVED', 'delayed=true', 'dateFrom=2026-03-01'];
  return [
    ...all.map((path) => path.replace(/(?<=orders\/(by-id\/)?)\{id\}/, 'tour-1').replace('{id}', 'tour')),
    ...filters.map((filter) => `/api/orders?${filter}`),
    '/api/orders/recent?hours=168',
    '/api/vendors?date=2026-03-08',
    '/api/dashboard?date=2026-03-08',
  ];
}
