import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSearch, heading, launch, read, visit } from './browser';
import { events } from './events';
import { Goody } from './goody';

let goody: Goody;
let browser: Browser;

beforeAll(async () => {
  [goody, browser] = await Promise.all([Goody.start(), launch()]);
  await goody.send([
    ...events({ vendorId: 'flowers', shipping: 70, lost: 2 }),
    ...events({ vendorId: 'wine', shipping: 1, damaged: 1 }),
  ]);
  await goody.nameVendor('flowers', 'Premium Flowers', 'Flowers');
});

afterAll(async () => {
  await browser?.close();
  await goody?.end();
});

const open = (query = '') => visit(browser, `${goody.address}/orders/recent${query}`);
const updates = (page: Page) => page.getByRole('region', { name: 'What changed' }).getByRole('listitem');
const status = (page: Page, name: RegExp) =>
  page.getByRole('group', { name: /^By current status/ }).getByRole('button', { name });

describe('the feed of recent updates', () => {
  test('lists the change of each order, newest first', async () => {
    const { page, consoleErrors, requests } = await open();
    const feed = await goody.read('/api/orders/recent');
    await expect.poll(() => heading(page)).toBe('50 orders or more updated in the last 24 hours.');
    expect(await read(status(page, /Shipping, on time$/)), 'only the last hour is counted').toBe('Shipping, on time');
    const shown = await updates(page).getByRole('link').allTextContents();
    expect(shown.filter((_, index) => index % 2 === 0)).toEqual(feed.orders.map(({ order }) => order.orderId));
    await expect.poll(() => updates(page).first().textContent()).toMatch(/Placed became Shipping, on time/);
    expect(requests).toEqual(['/api/orders/recent?limit=50']);
    await page.getByRole('button', { name: 'Last hour' }).click();
    await expect.poll(() => heading(page)).toBe(`${feed.activity.updatedLastHour} orders updated in the last hour.`);
    expect(await read(status(page, /Shipping, on time$/))).toBe(
      `${feed.activity.statusBreakdown.SHIPPING_ON_TIME} Shipping, on time`,
    );
    const ofHour = await goody.read('/api/orders/recent', { hours: '1', limit: '100' });
    expect(ofHour.orders.length, 'as many as are counted').toBe(Math.min(100, feed.activity.updatedLastHour));
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  test('is about now: another day leads to the orders that were open then', async () => {
    const { page } = await open('?vendorId=flowers&hours=168&status=LOST');
    const bar = page.getByRole('navigation', { name: 'Date' });
    await bar.getByRole('link', { name: /^The day before/ }).click();
    const yesterday = new Date(Date.parse((await goody.read('/api/orders/recent')).date) - 86_400_000);
    await expectSearch(page, { vendorId: 'flowers', asOf: yesterday.toISOString().slice(0, 10) });
    expect(new URL(page.url()).pathname).toBe('/orders');
    await expect.poll(() => heading(page)).toMatch(/at the end of/);
    await page.context().close();
  });

  test('shows the reason of an event, and that it was received later than it occurred', async () => {
    const { page } = await open('?status=LOST&hours=168');
    const lost = await read(updates(page).first());
    expect(lost).toContain('“not seen since the depot”');
    expect(lost).toMatch(/Received 1 day later, \d+ \w+ \d{4}, \d\d:\d\d/);
    expect(lost).toContain('Ended late');
    await page.context().close();
  });

  test('loads more at the same scroll position, announces it, and marks the end of the feed', async () => {
    const { page, consoleErrors, requests } = await open();
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText('71 orders shown, 21 of them new. This is the end of the feed.').waitFor();
    await expect.poll(() => updates(page).count()).toBe(71);
    const first = updates(page).nth(50).getByRole('link').first();
    await expect.poll(() => first.evaluate((link) => link === document.activeElement)).toBe(true);
    expect(await page.getByRole('button', { name: 'Load more' }).count()).toBe(0);
    expect(requests).toHaveLength(2);
    await expect
      .poll(() => updates(page).evaluateAll((all) => new Set(all.map((one) => one.textContent)).size))
      .toBe(71);

    // After visiting an order, the list has the same length and scroll position.
    const order = updates(page).nth(60).getByRole('link').first();
    await order.scrollIntoViewIfNeeded();
    const scrolled = await page.evaluate(() => window.scrollY);
    await order.click();
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
    await page.getByRole('link', { name: 'Recent', exact: true }).last().click();
    await expect.poll(() => updates(page).count()).toBe(71);
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(scrolled);

    await page.getByRole('button', { name: 'Refresh' }).click();
    // Refresh returns to the first page.
    await expect.poll(() => updates(page).count()).toBe(50);
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  test('has filters for status, vendor and period in the URL', async () => {
    const { page } = await open();
    await page.getByRole('button', { name: '7 days' }).click();
    await expectSearch(page, { hours: '168' });
    await status(page, /Damaged$/).click();
    await expectSearch(page, { hours: '168', status: 'DAMAGED' });
    await expect.poll(() => updates(page).count()).toBe(1);
    await page.getByRole('button', { name: 'Remove filter: Damaged' }).click();
    await expectSearch(page, { hours: '168' });
    const vendor = page.getByRole('combobox', { name: 'Vendor' });
    await vendor.fill('wine');
    await page.getByRole('option', { name: 'wine' }).click();
    await expectSearch(page, { hours: '168', vendorId: 'wine' });
    await expect.poll(() => updates(page).count()).toBe(2);
    await page.context().close();
  });

  test('that is empty offers a longer period', async () => {
    const { page } = await open('?status=DAMAGED');
    await expect.poll(() => heading(page)).toBe('No order was updated in the last 24 hours.');
    await page.getByRole('link', { name: 'Look back 7 days' }).click();
    await expect.poll(() => updates(page).count()).toBe(1);
    await page.context().close();
  });

  test('that fails to load more shows the reason, and can try again', async () => {
    const { page } = await open();
    await goody.stop();
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByRole('alert').getByText('Loading more failed').waitFor();
    expect(await updates(page).count(), 'the loaded orders stay').toBe(50);
    await goody.startAgain();
    await page.getByRole('button', { name: 'Try again' }).last().click();
    await expect.poll(() => updates(page).count()).toBe(71);
    await page.context().close();
  });
});
