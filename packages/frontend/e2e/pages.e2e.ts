import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { byAttention } from '../src/pages/vendors/columns';
import { expectSearch, launch, rows, type Visit, visit } from './browser';
import { events } from './events';
import { Goody } from './goody';

const VENDORS = 60;

let goody: Goody;
let browser: Browser;

beforeAll(async () => {
  [goody, browser] = await Promise.all([Goody.start(), launch()]);
  const plans = Array.from({ length: VENDORS }, (_, index) => ({
    vendorId: `vendor-${String(index).padStart(2, '0')}`,
    arrived: 1 + (index % 3),
    shipping: 1,
  }));
  await goody.send(plans.flatMap((plan) => events(plan)));
});

afterAll(async () => {
  await browser?.close();
  await goody?.end();
});

const names = async ({ page }: Visit) => (await rows(page, /^Vendors/)).map((row) => row.Vendor ?? '');

describe('a table of many vendors', () => {
  test('is sent compressed, and so is the page', async () => {
    const page = await (await fetch(goody.address)).text();
    const script = /src="(\/assets\/[^"]+)"/.exec(page)?.[1];
    for (const path of ['/', `${script}`, '/api/vendors']) {
      const { status, headers } = await fetch(goody.address + path, { headers: { 'accept-encoding': 'gzip, br' } });
      expect([path, status, headers.get('content-encoding')]).toEqual([path, 200, 'br']);
    }
  });

  test('has pages, forward and back, with every vendor exactly once', async () => {
    const visited = await visit(browser, `${goody.address}/vendors?sortBy=name&order=asc`);
    const { page } = visited;
    await page.getByText('50 of 60 vendors').waitFor();
    const first = await names(visited);

    await page.getByRole('link', { name: 'Next' }).click();
    await page.getByText('Page 2: 10 of 60 vendors').waitFor();
    const second = await names(visited);
    expect([...first, ...second]).toEqual(
      Array.from({ length: VENDORS }, (_, index) => `vendor-${String(index).padStart(2, '0')}`),
    );
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Vendors');

    await page.reload();
    await page.getByText('Page 2: 10 of 60 vendors').waitFor();
    await expect.poll(() => names(visited)).toEqual(second);

    await page.getByRole('link', { name: 'Back' }).click();
    await expectSearch(page, { sortBy: 'name', order: 'asc' });
    await expect.poll(() => names(visited)).toEqual(first);

    await page.goBack();
    await expect.poll(() => names(visited)).toEqual(second);
    expect(visited.consoleErrors).toEqual([]);
    await page.context().close();
  });

  test('opens its second page by URL, and links to its first', async () => {
    const { pagination } = await goody.read('/api/vendors', { ...byAttention, limit: '50' });
    const search = new URLSearchParams({ cursor: pagination.nextCursor ?? '', page: '2' });
    const visited = await visit(browser, `${goody.address}/vendors?${search}`);
    const { page } = visited;
    await page.getByText('Page 2: 10 of 60 vendors').waitFor();
    await page.getByRole('link', { name: 'First page' }).click();
    await expectSearch(page, {});
    await page.getByText('50 of 60 vendors').waitFor();
    await page.context().close();
  });

  test('returns to its first page when the sort order changes', async () => {
    const visited = await visit(browser, `${goody.address}/vendors`);
    const { page } = visited;
    await page.getByRole('link', { name: 'Next' }).click();
    await page.getByText('Page 2:').waitFor();
    await page.getByRole('button', { name: 'Stalled' }).click();
    await expectSearch(page, { sortBy: 'stalledOrders', order: 'desc' });
    await page.getByText('50 of 60 vendors').waitFor();
    await page.context().close();
  });

  test('lists vendors at risk before any number of vendors with too few orders, and needs six requests', async () => {
    await goody.send(events({ vendorId: 'zebra-zoo', arrived: 60, lost: 40 }));
    const visited = await visit(browser, goody.address);
    const { page } = visited;
    await expect.poll(async () => (await names(visited))[0]).toBe('zebra-zoo');
    await page.getByRole('region', { name: 'Whom to call' }).getByText('zebra-zoo is failing').waitFor();
    const files = await page.evaluate(() => performance.getEntriesByType('resource').length);
    expect(files, `in addition to the page itself: ${visited.requests.join(' ')}`).toBeLessThanOrEqual(5);
    await page.context().close();
  });
});
