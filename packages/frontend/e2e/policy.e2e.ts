import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { heading, launch, visit } from './browser';
import { Goody } from './goody';

let goody: Goody;
let browser: Browser;

beforeAll(async () => {
  [goody, browser] = await Promise.all([Goody.backfilled(), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await goody?.end();
});

/** The directives of the policy that blocked something since the page was opened. */
const blocked = (page: Page) => page.evaluate(() => (window as unknown as { blocked: string[] }).blocked);

/** Opens a page that records violations of its policy. */
async function openRecording(path: string): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB' });
  await context.addInitScript(() => {
    const list: string[] = [];
    Object.assign(window, { blocked: list });
    document.addEventListener('securitypolicyviolation', (event) => list.push(event.effectiveDirective));
  });
  const page = await context.newPage();
  await page.goto(goody.address + path);
  await heading(page);
  return page;
}

describe('the content security policy', () => {
  test('allows only scripts of its origin, the one style by its hash, and the icon of the tab', async () => {
    const policy = (await fetch(goody.address)).headers.get('content-security-policy') ?? '';
    expect(policy.replace(/'sha256-[^']+'/, 'HASH').split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      'style-src HASH',
      'img-src data:',
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
  });

  test('blocks nothing on any page', async () => {
    const page = await openRecording('/');
    const { vendors } = await goody.read('/api/vendors', { risk: 'high,medium,low', limit: '1' });
    await page.getByRole('link', { name: vendors[0]?.name, exact: true }).first().click();
    await expect.poll(() => new URL(page.url()).pathname).toMatch(/^\/vendors\//);
    for (const [section, path] of [
      ['Orders', '/orders'],
      ['Recent', '/orders/recent'],
      ['Overview', '/'],
    ] as const) {
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: section }).click();
      await expect.poll(() => new URL(page.url()).pathname).toBe(path);
      await expect.poll(() => page.locator('[aria-busy="true"]').count()).toBe(0);
    }
    const { orders } = await goody.read('/api/orders', { status: 'DAMAGED', limit: '1' });
    expect(await blocked(page)).toEqual([]);
    for (const path of [`/orders/${orders[0]?.orderId}`, '/orders?status=LOST', '/?date=someday', '/no/such/page']) {
      const other = await openRecording(path);
      expect(await blocked(other), path).toEqual([]);
      await other.context().close();
    }
    await page.context().close();
  });

  test('blocks markup from text, code from text, and content of other origins', async () => {
    const page = await openRecording('/');
    await page.evaluate(async () => {
      const attempts = [
        () => {
          document.body.innerHTML = '<b>markup</b>';
        },
        () => document.body.append(Object.assign(document.createElement('script'), { textContent: 'alert(1)' })),
        () => document.body.append(Object.assign(document.createElement('style'), { textContent: 'b { color: red }' })),
        () => document.body.append(Object.assign(document.createElement('img'), { src: 'http://127.0.0.1:9/a.png' })),
        () => fetch('http://127.0.0.1:9/').catch(() => {}),
      ];
      for (const attempt of attempts) {
        try {
          await attempt();
        } catch {
          // The event reports the violation, too.
        }
      }
    });
    await expect
      .poll(async () => [...new Set(await blocked(page))].sort())
      .toEqual(['connect-src', 'img-src', 'require-trusted-types-for', 'style-src-elem']);
    await page.context().close();
  });

  test('forbids other pages to show this one in a frame', async () => {
    const { page } = await visit(browser, goody.address);
    const frame = await page.context().newPage();
    await frame.setContent(`<iframe src="${goody.address}"></iframe>`);
    await expect.poll(() => frame.frames()[1]?.url()).toBe('chrome-error://chromewebdata/');
    await page.context().close();
  });
});
