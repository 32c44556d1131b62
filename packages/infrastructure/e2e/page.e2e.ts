/** Opens the built page in a real browser, with the Content-Security-Policy and the function of CloudFront. */
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Resources } from '../test/template.ts';
import { CloudFront } from './cloudfront.ts';
import { Embedded } from './embedded.ts';

let browser: Browser;
let embedded: Embedded;
let cloudfront: CloudFront;

beforeAll(async () => {
  embedded = await Embedded.backfilled(['--days', '3']);
  cloudfront = await CloudFront.start(Resources.built(), embedded.address);
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
});

afterAll(async () => {
  await browser?.close();
  cloudfront?.stop();
  await embedded?.stop();
});

/** Opens a page, and returns its heading and the errors in the console. */
async function open(path: string): Promise<{ heading: string; consoleErrors: string[] }> {
  const page = await browser.newPage();
  const consoleErrors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && consoleErrors.push(message.text()));
  page.on('pageerror', (error) => consoleErrors.push(String(error)));
  await page.goto(`${cloudfront.address}${path}`);
  const heading = (await page.getByRole('heading', { level: 1 }).textContent({ timeout: 15_000 })) ?? '';
  await page.waitForLoadState('networkidle');
  await page.close();
  return { heading, consoleErrors };
}

test('every route of the page opens by its URL, and the policy blocks nothing', async () => {
  const { orders } = await embedded.get('/api/orders?limit=1');
  const [order] = orders;
  for (const path of ['/', '/orders', '/orders/recent', `/orders/${order.orderId}`, `/vendors/${order.vendorId}`]) {
    const { heading, consoleErrors } = await open(path);
    expect([heading !== '', consoleErrors], path).toEqual([true, []]);
  }
});

test('the page has the headers of the embedded host', async () => {
  const [expected, actual] = await Promise.all([fetch(embedded.address), fetch(cloudfront.address)]);
  for (const name of [
    'content-security-policy',
    'cross-origin-opener-policy',
    'cross-origin-resource-policy',
    'referrer-policy',
    'x-content-type-options',
  ]) {
    expect(expected.headers.get(name), name).not.toBeNull();
    expect(actual.headers.get(name), name).toBe(expected.headers.get(name));
  }
});

test('a policy of another build is detected', async () => {
  cloudfront.policy = "default-src 'self'; style-src 'self'";
  const { consoleErrors } = await open('/');
  cloudfront.policy = undefined;
  expect(consoleErrors.join('\n')).toContain('Content Security Policy');
});

test('errors of the API stay errors, and a missing file does not return the page', async () => {
  for (const path of ['/api/nothing', '/vendors/unknown/report', '/assets/nothing.js', '/nothing.txt']) {
    const answer = await fetch(`${cloudfront.address}${path}`);
    expect([answer.status, answer.headers.get('content-type')?.includes('html') ?? false], path).toEqual([404, false]);
  }
});
