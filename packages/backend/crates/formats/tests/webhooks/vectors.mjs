// Signs example requests, has the senders' own libraries verify them, and writes them to vectors.json. No test runs it: run it again
// when a scheme changes.
//
//   npm install --no-save standardwebhooks@1.1.1 @easypost/api@8.9.0 @shopify/shopify-api@13.1.0
//   node vectors.mjs > vectors.json
//
// WooCommerce, Shippo, AfterShip, UPS and ShipEngine publish no library that verifies: their requests are signed with Node's own
// crypto, as their documentation says.

import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import '@shopify/shopify-api/adapters/node';
import EasyPost from '@easypost/api';
import { LogSeverity, shopifyApi } from '@shopify/shopify-api';
import { Webhook } from 'standardwebhooks';

const now = '2026-06-01T12:00:00Z';
const seconds = String(Date.parse(now) / 1000);
const body = '{"id":1,"note":"Blumen Müller — «ü»","n":1.50}';
const hmac = (key, text, encoding) => createHmac('sha256', key).update(text).digest(encoding);
const vectors = [];

function add(source, secret, headers, path = `/api/webhooks/${source}`) {
  vectors.push({ source, secret, path, headers, body, now });
}

function check(isValid, source) {
  if (!isValid) throw new Error(`the library of ${source} does not accept the signature`);
}

{
  const secret = 'shpss_0123456789abcdef';
  const shopify = shopifyApi({
    apiKey: 'key',
    apiSecretKey: secret,
    hostName: 'example.com',
    isEmbeddedApp: false,
    apiVersion: '2026-04',
    logger: { level: LogSeverity.Error },
  });
  const headers = {
    'X-Shopify-Hmac-Sha256': hmac(secret, body, 'base64'),
    'X-Shopify-Topic': 'orders/create',
    'X-Shopify-API-Version': '2026-04',
    'X-Shopify-Shop-Domain': 'example.myshopify.com',
    'X-Shopify-Webhook-Id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
  };
  const rawRequest = {
    method: 'POST',
    url: '/',
    headers: Object.fromEntries(Object.entries(headers).map(([k, v]) => [k.toLowerCase(), v])),
  };
  check((await shopify.webhooks.validate({ rawBody: body, rawRequest })).valid, 'shopify');
  add('shopify', secret, headers);
}
add('woocommerce', 'woo-secret', { 'X-WC-Webhook-Signature': hmac('woo-secret', body, 'base64') });
{
  const secret = 'sécrét-ﬁ';
  const key = secret.normalize('NFKD');
  const headers = { 'X-Hmac-Signature': `hmac-sha256-hex=${hmac(key, body, 'hex')}` };
  const client = new EasyPost('key');
  check(client.Utils.validateWebhook(Buffer.from(body), headers, secret).id === 1, 'easypost');
  add('easypost', secret, headers);
  const time = 'Mon, 01 Jun 2026 11:59:30 -0000';
  const path = '/api/webhooks/easypost';
  add('easypost', secret, {
    'X-Timestamp': time,
    'X-Path': path,
    'X-Hmac-Signature-V2': `hmac-sha256-hex=${hmac(key, `${time}POST${path}${body}`, 'hex')}`,
  });
}
add('shippo', 'shippo-secret', {
  'Shippo-Auth-Signature': `t=${seconds},v1=${hmac('shippo-secret', `${seconds}.${body}`, 'hex')}`,
});
add('shippo', '123abc', {}, '/api/webhooks/shippo?token=123abc');
const aftership = hmac('aftership-secret', body, 'base64');
add('aftership', 'aftership-secret', { 'aftership-hmac-sha256': aftership });
add('aftership', 'aftership-secret', { 'as-signature-hmac-sha256': aftership });
add('aftership', 'aftership-secret', { 'am-webhook-signature': `hmac-sha256=${aftership}` });
{
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'key-1', use: 'sig', alg: 'RS256' }] };
  const signature = createSign('sha256').update(`${now}.${body}`).sign(privateKey, 'base64');
  add('shipengine', JSON.stringify(keys), {
    'X-ShipEngine-RSA-SHA256-Signature': signature,
    'X-ShipEngine-RSA-SHA256-Key-ID': 'key-1',
    'X-ShipEngine-Timestamp': now,
  });
  add('shipengine', 'header-secret', { 'X-Webhook-Secret': 'header-secret' });
}
add('ups', 'ups-credential', { credential: 'ups-credential' });
add('ups', 'ups-credential', { Authorization: 'Bearer ups-credential' });
{
  const secret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
  const webhook = new Webhook(secret);
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': seconds,
    'webhook-signature': webhook.sign('msg_1', new Date(now), body),
  };
  // The library reads the clock.
  Date.now = () => Date.parse(now);
  check(webhook.verify(body, headers).id === 1, 'generic');
  headers['webhook-signature'] = `v1a,AAAA v1,${'A'.repeat(43)}= ${headers['webhook-signature']}`;
  add('generic', secret, headers);
}
add('generic', 'hub-secret', { 'X-Hub-Signature-256': `sha256=${hmac('hub-secret', body, 'hex')}` });
add('generic', 'header-secret', { 'X-Webhook-Secret': 'header-secret' });

process.stdout.write(`${JSON.stringify(vectors, null, 2)}\n`);
