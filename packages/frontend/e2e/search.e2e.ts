import AxeBuilder from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectSearch, heading, launch, read, rows, visit } from './browser';
import { events } from './events';
import { Goody } from './goody';

let goody: Goody;
let browser: Browser;

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

beforeAll(async () => {
  [goody, browser] = await Promise.all([Goody.start(), launch()]);
  const order = { orderId: 'gift-9', vendorId: 'flowers' };
  await goody.send([
    ...events({ vendorId: 'flowers', arrived: 3 }),
    { ...order, eventId: 'e-1', status: 'PLACED', occurredAt: daysAgo(3), reference: '#WZ-77' },
    {
      ...order,
      eventId: 'e-2',
      status: 'SHIPPING_ON_TIME',
      occurredAt: daysAgo(2),
      trackingNumber: '1Z999AA10123456784',
    },
  ]);
});

afterAll(async () => {
  await browser?.close();
  await goody?.end();
});

test('the search field finds an order by its tracking number, reference or id, in any case', async () => {
  const { page, consoleErrors } = await visit(browser, `${goody.address}/orders`);
  const field = page.getByRole('searchbox', { name: 'Search orders' });
  for (const text of ['1z999aa1', '#wz-77', 'GIFT-9']) {
    await field.fill(text);
    await field.press('Enter');
    await expectSearch(page, { q: text });
    await page.getByRole('heading', { name: '1 order matches', exact: true }).waitFor();
    await expect.poll(async () => (await rows(page, /^Orders/)).map((row) => row.Order)).toEqual(['gift-9']);
  }
  await field.fill('1Z000');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page.getByText('No order has an id, reference or tracking number that begins with “1Z000”.').waitFor();
  await page.getByRole('link', { name: 'Show all orders' }).click();
  await expectSearch(page, {});
  await page.getByRole('heading', { name: '4 orders', exact: true }).waitFor();
  expect(await field.inputValue()).toBe('');
  expect(consoleErrors).toEqual([]);
  await page.context().close();
});

test('a slash moves to the search field of the page, and is text in a field', async () => {
  const { page } = await visit(browser, `${goody.address}/orders`);
  const field = page.getByRole('searchbox', { name: 'Search orders' });
  await field.waitFor();
  await page.keyboard.press('/');
  await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.type('a/b');
  expect(await field.inputValue()).toBe('a/b');
  await page.context().close();
});

test('Ctrl-K finds any vendor, order and page, with the keyboard alone', async () => {
  const { page, consoleErrors } = await visit(browser, `${goody.address}/orders`);
  await page.getByRole('heading', { name: '4 orders', exact: true }).waitFor();
  const field = page.getByRole('combobox', { name: 'A vendor, an order, a parcel or a page' });
  const options = page.getByRole('listbox', { name: 'Found' }).getByRole('option');
  const found = async () => (await options.allTextContents()).sort();

  await page.keyboard.press('Control+k');
  await expect.poll(found).toEqual(['OrdersPage', 'OverviewPage', 'RecentPage', 'VendorsPage', 'What was refusedPage']);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await field.fill('flo');
  await expect.poll(found).toEqual(['flowersVendor']);
  await page.keyboard.press('Enter');
  await expect.poll(() => heading(page)).toBe('flowers');

  await page.keyboard.press('Control+k');
  await field.fill('1z999aa1');
  await expect.poll(found).toEqual(['gift-9Order #WZ-77']);
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).pathname).toBe('/orders/gift-9');

  await page.getByRole('button', { name: 'Find' }).click();
  // Keys that are pressed before the dialog is open are not for it.
  await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);
  for (let row = 1; row < 4; row += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).pathname).toBe('/orders/recent');

  await page.keyboard.press('Control+k');
  await field.fill('no such thing');
  const dialog = page.getByRole('dialog', { name: 'Find' });
  await expect.poll(() => read(dialog.getByRole('status'))).toBe('Nothing begins with this text.');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(consoleErrors).toEqual([]);
  await page.context().close();
});
