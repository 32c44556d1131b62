import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectRow, expectSearch, heading, launch, read, rows, visit } from './browser';
import { events } from './events';
import { Goody } from './goody';

let goody: Goody;
let browser: Browser;

beforeAll(async () => {
  [goody, browser] = await Promise.all([Goody.start(), launch()]);
  await goody.send([
    ...events({ vendorId: 'flowers', arrived: 60, arrivedLate: 4, lost: 3, shipping: 40, overdue: 12 }),
    ...events({ vendorId: 'wine.co:1', arrived: 2, damaged: 1 }),
  ]);
  await goody.nameVendor('flowers', 'Premium Flowers', 'Flowers');
});

afterAll(async () => {
  await browser?.close();
  await goody?.end();
});

const table = /^Orders/;
const open = (query = '', options = {}) => visit(browser, `${goody.address}/orders${query}`, options);
const ids = async (page: Page) => (await rows(page, table)).map((row) => row.Order);
const status = (page: Page, name: string | RegExp) =>
  page.getByRole('group', { name: /^Orders by status/ }).getByRole('button', { name });
const all = async (query: Record<string, string> = {}) =>
  (await goody.read('/api/orders', { ...query, limit: '100' })).orders;
const more = (page: Page) => page.getByRole('button', { name: /^More filters/ });
/** Waits until the heading of the list has this text: its count shows that the list has loaded. */
const match = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor();

describe('the list of orders', () => {
  test('shows the counts in its heading, and the orders that the API lists', async () => {
    const { page, consoleErrors, requests } = await open();
    const late = (await goody.read('/api/orders', { delayed: 'true' })).summary.total;
    await expect.poll(() => heading(page)).toBe(`122 orders, ${late} late.`);
    const newest = (await all()).slice(0, 50);
    await expect.poll(() => ids(page)).toEqual(newest.map((order) => order.orderId));
    await expectRow(page, table, {
      Order: 'flowers-68',
      Vendor: 'Premium Flowers',
      Status: 'Shipping, on time',
      Value: '$42.50',
    });
    expect((await rows(page, table)).filter((row) => /late$/.test(row.Promised ?? ''))).toEqual([]);
    expect(new Set(requests).size, `no request is repeated: ${requests.join(' ')}`).toBe(requests.length);
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  test('marks late orders, with the time since their promise', async () => {
    const { page } = await open('?delayed=true&status=SHIPPING_DELAYED');
    await expect.poll(() => heading(page)).toBe('12 orders, all late.');
    const listed = await rows(page, table);
    expect(listed).toHaveLength(12);
    for (const row of listed) expect(row.Promised).toMatch(/^\d+ \w+ \d{4} 1 d late$/);
    await page.context().close();
  });

  test('has a filter button per status, with the count of orders that the other filters match', async () => {
    const { page, consoleErrors } = await open('?vendorId=flowers');
    await expect.poll(() => read(status(page, /Lost$/))).toBe('3 Lost');
    await status(page, /Lost$/).click();
    await expectSearch(page, { vendorId: 'flowers', status: 'LOST' });
    await match(page, '3 orders match');
    await expect.poll(() => status(page, /Lost$/).getAttribute('aria-pressed')).toBe('true');
    expect(await read(status(page, /Arrived$/)), 'the count that the button would show').toBe('64 Arrived');
    await status(page, /Arrived$/).click();
    await expectSearch(page, { vendorId: 'flowers', status: 'ARRIVED,LOST' });
    await match(page, '67 orders match');
    await status(page, /Arrived$/).click();
    await match(page, '3 orders match');
    const lost = await all({ status: 'LOST' });
    await expect.poll(() => ids(page)).toEqual(lost.map((order) => order.orderId));
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  test('keeps a choice that is made while the previous one is still loading', async () => {
    const { page } = await open();
    await page.route('**/api/**', async (route) => {
      await new Promise((passed) => setTimeout(passed, 300));
      await route.continue();
    });
    await status(page, /Lost$/).click();
    await status(page, /Damaged$/).click();
    await page.getByRole('combobox', { name: 'Sort', exact: true }).selectOption('Oldest first');
    await expectSearch(page, { status: 'LOST,DAMAGED', order: 'asc' });
    await match(page, '4 orders match');
    await page.context().close();
  });

  test('suggests vendors while a user types, by keyboard alone', async () => {
    const { page, consoleErrors, requests } = await open();
    const vendor = page.getByRole('combobox', { name: 'Vendor' });
    await vendor.pressSequentially('prem', { delay: 10 });
    const option = page.getByRole('option', { name: 'Premium Flowers' });
    await option.waitFor();
    expect(requests.filter((path) => path.startsWith('/api/vendors'))).toEqual([
      '/api/vendors?q=prem&limit=8&sortBy=name',
    ]);
    await expect.poll(() => vendor.getAttribute('aria-expanded')).toBe('true');
    await vendor.press('ArrowDown');
    expect(await vendor.getAttribute('aria-activedescendant')).toBe(await option.getAttribute('id'));
    await vendor.press('Enter');
    await expectSearch(page, { vendorId: 'flowers' });
    await match(page, '119 orders match');
    await expect.poll(() => vendor.inputValue()).toBe('Premium Flowers');
    await expect.poll(() => vendor.getAttribute('aria-expanded')).toBe('false');
    expect((await rows(page, table))[0]?.Vendor).toBe('Premium Flowers');

    // Text that matches no vendor does not become a filter, and Escape restores the chosen vendor.
    await vendor.fill('zzz');
    await page.getByText('No vendor has this in its name, id or category.').first().waitFor();
    await vendor.press('Escape');
    await expect.poll(() => vendor.inputValue()).toBe('Premium Flowers');
    await vendor.fill('');
    await vendor.press('Enter');
    await expectSearch(page, {});
    await match(page, '122 orders');
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  test('keeps every filter in the URL, and lists it with a button to remove it', async () => {
    const today = new Date().toISOString().slice(0, 10);
    const { page } = await open('?vendorId=flowers');
    await page.getByLabel('Placed until').fill(today);
    await more(page).click();
    await page.getByLabel('Gift type').fill('candle');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expectSearch(page, { vendorId: 'flowers', dateTo: today, giftType: 'candle' });
    await page.getByLabel('Promise', { exact: true }).selectOption('Not late');
    await expectSearch(page, { vendorId: 'flowers', dateTo: today, giftType: 'candle', delayed: 'false' });

    const shared = await visit(browser, page.url());
    const on = shared.page.getByRole('region', { name: 'Active filters' });
    await expect
      .poll(() => read(on))
      .toMatch(/^4 filters Premium Flowers Placed until .* Not late Gift: candle Clear all$/i);
    await expect.poll(() => shared.page.getByLabel('Gift type').inputValue()).toBe('candle');
    await on.getByRole('button', { name: 'Remove filter: Not late' }).click();
    await expectSearch(shared.page, { vendorId: 'flowers', dateTo: today, giftType: 'candle' });
    await on.getByRole('button', { name: 'Clear all' }).click();
    await expectSearch(shared.page, {});
    await match(shared.page, '122 orders');
    await shared.page.context().close();
    await page.context().close();
  });

  test('has pages, forward and back', async () => {
    const { page, consoleErrors } = await open();
    const first = await ids(page);
    const pages = page.getByRole('navigation', { name: 'Pages of orders' });
    await pages.getByRole('link', { name: 'Next' }).click();
    await pages.getByText('Page 2: 50 of 122 orders').waitFor();
    const second = await ids(page);
    await pages.getByRole('link', { name: 'Next' }).click();
    await pages.getByText('Page 3: 22 of 122 orders').waitFor();
    expect(await pages.getByRole('link', { name: 'Next' }).count()).toBe(0);
    const seen = [...first, ...second, ...(await ids(page))];
    expect(new Set(seen).size).toBe(122);

    await pages.getByRole('link', { name: 'Back' }).click();
    await pages.getByText('Page 2: 50 of 122 orders').waitFor();
    await expect.poll(() => ids(page)).toEqual(second);
    await page.goBack();
    await pages.getByText('Page 3: 22 of 122 orders').waitFor();
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  test('starts with the newest or the oldest order, also in exports', async () => {
    const { page } = await open('?vendorId=wine.co:1');
    const newest = (await all({ vendorId: 'wine.co:1' })).map((order) => order.orderId);
    await expect.poll(() => ids(page)).toEqual(newest);
    await page.getByRole('combobox', { name: 'Sort', exact: true }).selectOption('Oldest first');
    await expectSearch(page, { vendorId: 'wine.co:1', order: 'asc' });
    await expect.poll(() => ids(page)).toEqual(newest.toReversed());
    await expect.poll(() => page.getByRole('link', { name: 'Export CSV' }).getAttribute('href')).toContain('order=asc');
    await page.context().close();
  });

  test('exports the filtered orders in both formats', async () => {
    const { page } = await open('?status=LOST,DAMAGED');
    const expected = (await all({ status: 'LOST,DAMAGED' })).map((order) => order.orderId);
    const download = async (name: string) => {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name, exact: true }).click(),
      ]);
      return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
    };
    const csv = await download('Export CSV');
    expect(csv.text.slice(0, 8), 'Excel needs the byte order mark').toBe('\ufefforderId');
    const [header, ...lines] = csv.text.trim().split(/\r?\n/);
    const column = header?.split(',').indexOf('orderId') ?? -1;
    expect(lines.map((line) => line.split(',')[column])).toEqual(expected);
    expect(csv.name).toMatch(/\.csv$/);
    const json = await download('Export NDJSON');
    expect(
      json.text
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { orderId: string }).orderId),
    ).toEqual(expected);
    expect(json.name).toMatch(/\.ndjson$/);
    await page.context().close();
  });

  test('that is empty suggests which filter to remove', async () => {
    const { page } = await open('?vendorId=flowers&status=CANCELLED');
    await expect.poll(() => heading(page)).toBe('No order matches.');
    await page.getByText('Without the status there are 119 orders.').waitFor();
    await page.getByRole('link', { name: 'Show every status' }).click();
    await expectSearch(page, { vendorId: 'flowers' });
    await match(page, '119 orders match');
    await page.context().close();
  });

  test('names an invalid parameter of the URL, and offers the page without filters', async () => {
    const { page } = await open('?status=SOMEWHERE');
    await expect.poll(() => heading(page)).toBe('A parameter is not valid');
    await page.getByRole('link', { name: 'Show this page without filters' }).click();
    await expectSearch(page, {});
    await match(page, '122 orders');
    await page.context().close();
  });

  test('on a phone shows cards with column headings, and hides the filters behind a button', async () => {
    const { page } = await open('?vendorId=flowers', { viewport: { width: 360, height: 740 } });
    const cards = page.getByRole('region', { name: table }).getByRole('table');
    await expect.poll(() => cards.getByRole('row').count()).toBe(21);
    await expect.poll(() => cards.getByRole('columnheader').count()).toBe(7);
    await expect
      .poll(() => read(cards.getByRole('row').nth(1)))
      .toMatch(/Premium Flowers Shipping, on time .*\$42\.50$/);
    const days = page.getByLabel('Placed until');
    expect(await days.isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Change filters' }).click();
    await expect.poll(() => days.isVisible()).toBe(true);
    await more(page).click();
    await page.getByLabel('Gift type').waitFor();
    const sideways = () => document.documentElement.scrollWidth - window.innerWidth;
    expect(await page.evaluate(sideways), 'the page does not scroll horizontally').toBeLessThanOrEqual(0);
    await page.context().close();
  });
});

describe('navigation', () => {
  test('leads from a vendor to its orders, to one order, and back with the same filters and scroll position', async () => {
    const { page, consoleErrors } = await visit(browser, `${goody.address}/vendors/flowers`);
    await page.getByRole('link', { name: 'View orders' }).click();
    await expectSearch(page, { vendorId: 'flowers' });
    await status(page, /Arrived$/).click();
    await match(page, '64 orders match');
    const order = page.getByRole('link', { name: (await ids(page))[30], exact: true });
    await order.scrollIntoViewIfNeeded();
    const scrolled = await page.evaluate(() => window.scrollY);
    expect(scrolled).toBeGreaterThan(300);
    await order.click();
    await page.getByRole('heading', { name: 'What happened' }).waitFor();

    await page.getByRole('link', { name: 'Orders', exact: true }).last().click();
    await match(page, '64 orders match');
    await expectSearch(page, { vendorId: 'flowers', status: 'ARRIVED' });
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(scrolled);
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });
});
