/** Tokens: the functions check them with the secret, and with no other permissions than those of the template. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Account } from './guard/account.ts';
import type { Json } from './guard/emulator.ts';
import { onTheBus, request } from './guard/events.ts';
import { Secrets } from './guard/secrets.ts';
import { Resources, synthesize } from './template.ts';
import { newToken, type Token } from './token.ts';

const OPERATIONS = new URL('../../../docs/OPERATIONS.md', import.meta.url);

const protecting = synthesize({ page: 'false', protectReads: 'true' }).resources;

let secrets: Secrets;
let account: Account;
/** An account in which reads need a token, too. */
let guarded: Account;
let shop: Token;
let desk: Token;
let office: Token;

beforeAll(async () => {
  [secrets, shop, desk, office] = await Promise.all([
    Secrets.start(),
    newToken('shop', 'ingest'),
    newToken('desk', 'read'),
    newToken('office', 'admin'),
  ]);
  const open = (resources: Resources) => Account.open(resources, '2026-03-10T14:00:00Z', secrets);
  [account, guarded] = await Promise.all([open(Resources.built()), open(protecting)]);
}, 60_000);

afterAll(() => Promise.all([account?.close(), guarded?.close(), secrets?.stop()]));

const event = { eventId: '1', orderId: 'o-1', vendorId: 'acme', status: 'PLACED', occurredAt: '2026-03-01T10:00:00Z' };

/** Posts an order event to order-ingest, with or without a token. */
async function post(token?: string): Promise<{ status: number; body: Json; headers: Json }> {
  const answer = await account.invoke('order-ingest', request('POST', '/api/orders/events', [event], token));
  return { status: answer.statusCode, body: JSON.parse(answer.body), headers: answer.headers };
}

const order = () => account.emulator.ask('GetItem', { TableName: 'Orders', Key: { orderId: { S: 'o-1' } } });

describe('order-ingest', () => {
  test('rejects every request over HTTP while no token exists, and says that a token is missing', async () => {
    for (const token of [undefined, shop.token]) {
      const { status, body, headers } = await post(token);
      expect([status, body.code, headers['www-authenticate']]).toEqual([
        401,
        'UNAUTHENTICATED',
        'Bearer realm="goody"',
      ]);
    }
  });

  test('permits only the actions of the scope of the token', async () => {
    await secrets.put(shop, desk, office);
    account.restart('order-ingest');
    expect(await post()).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect(await post(`${shop.token}x`)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect(await post(desk.token)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await order(), 'nothing was written').toEqual({});
    expect(await post(shop.token)).toMatchObject({ status: 200, body: { accepted: 1 } });
    expect(await order()).toHaveProperty('Item');

    const put = (token: Token) =>
      account.invoke(
        'order-ingest',
        request('PUT', '/api/vendors/acme', { name: 'Acme', category: 'food' }, token.token),
      );
    expect((await put(shop)).statusCode).toBe(403);
    expect((await put(office)).statusCode).toBe(200);
  });

  test('logs the token of each request, with the fields that the query in the document uses', async () => {
    await account.invoke('order-ingest', onTheBus(event));
    const document = readFileSync(OPERATIONS, 'utf8');
    const [, fields = ''] = /^fields @timestamp, (.*)$/m.exec(document) ?? [];
    expect(fields.split(', ').length).toBeGreaterThan(4);
    await vi.waitFor(() => {
      const lines = account.logged('order-ingest').filter(({ target }) => target === 'audit');
      expect(lines).toMatchObject([
        { message: 'events', token: 'shop', accepted: 1, duplicate: 0, expired: 0, rejected: 0 },
        { message: 'vendor', token: 'office', vendor_id: 'acme' },
        { message: 'bus', token: 'carrier', result: 'duplicate' },
      ]);
      const known = Object.keys(Object.assign({}, ...lines));
      for (const field of fields.split(', ')) expect(known).toContain(field);
    });
  });

  test('accepts a token and its replacement while the secret has both', async () => {
    const next = await newToken('shop', 'ingest');
    await secrets.put(shop, next);
    account.restart('order-ingest');
    for (const { token } of [shop, next]) expect((await post(token)).status).toBe(200);
    await secrets.put(next);
    expect((await post(shop.token)).status, 'cached for five minutes').toBe(200);
    account.restart('order-ingest');
    expect([(await post(shop.token)).status, (await post(next.token)).status]).toEqual([401, 200]);
  });
});

test('with protectReads, api-handler checks the token of a read, and may read the secret', async () => {
  await secrets.put(shop, desk);
  const status = async (path: string, token?: Token) =>
    (await guarded.invoke('api-handler', request('GET', path, undefined, token?.token))).statusCode;
  expect(await status('/api/vendors')).toBe(401);
  expect(await status('/api/vendors', office), 'not in the secret').toBe(401);
  expect(await status('/api/vendors', shop), 'another scope').toBe(403);
  expect(await status('/api/vendors', desk)).toBe(200);
  expect(await status('/api/openapi.json'), 'public').toBe(200);
  const { refused, used } = guarded.guard('api-handler');
  expect([...refused]).toEqual([]);
  expect(used).toContain('GetSecretValue Tokens');
});
