/** The list of orders to chase: made with the filters, by keyboard, and exported. */

import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSearch, heading, launch, read, rows, visit } from './browser';
import { Goody, type OrderEvent } from './goody';

let goody: Goody;
let browser: Browser;

const HOUR = 3_600_000;

/** An order that is on its way and was promised `overdue` hours ago. */
function overdue(orderId: string, hours: number, giftValue: number): OrderEvent[] {
  const at = (ago: number) => new Date(Date.now() - ago * HOUR).toISOString();
  return [
    {
      eventId: `${orderId}-0`,
      orderId,
      vendorId: 'flowers',
      status: 'PLACED',
      occurredAt: at(hours + 72),
      estimatedDelivery: at(hours),
      giftValue,
      currency: 'USD',
    },
    { eventId: `${orderId}-1`, orderId, status: 'SHIPPING_DELAYED', occurredAt: at(Math.max(hours + 1, 1)) },
  ];
}

beforeAll(async () => {
  [goody, browser] = await Promise.all([Goody.start(), launch()]);
  await goody.send([
    ...overdue('since-three-days', 72, 15_000),
    ...overdue('since-five-days', 120, 10_000),
    ...overdue('since-four-days', 96, 99_900),
    ...overdue('cheap', 110, 9_999),
    ...overdue('since-yesterday', 30, 20_000),
    ...overdue('not-due', -48, 20_000),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await goody?.end();
});

const open = (query = '', options = {}) => visit(browser, `${goody.address}/orders${query}`, options);
const ids = async (page: Page) => (await rows(page, /^Orders/)).map((row) => row.Order);
const sorted = (page: Page) =>
  page
    .getByRole('combobox', { name: 'Sort', exact: true })
    .evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.text);
const longest = ['since-five-days', 'since-four-days', 'since-three-days'];
const chase = { delayedByHours: '48', valueFrom: '10000' };

describe('the list to chase', () => {
  test('is made by keyboard: overdue for two days, worth $100, the longest overdue first', async () => {
    const { page, consoleErrors } = await open();
    await page.getByRole('button', { name: /^More filters/ }).press('Enter');
    await page.getByRole('spinbutton', { name: 'Overdue by more than' }).focus();
    await page.keyboard.type('2');
    await page.keyboard.press('Tab');
    await page.keyboard.type('100');
    await page.keyboard.press('Enter');
    await expectSearch(page, chase);
    // The list of overdue orders begins with the longest overdue.
    await expect.poll(() => sorted(page)).toBe('Most days late');
    await page.getByRole('combobox', { name: 'Sort', exact: true }).focus();
    await page.keyboard.type('Highest');
    await expectSearch(page, { ...chase, sort: 'value' });
    await expect.poll(() => ids(page)).toEqual(['since-four-days', 'since-three-days', 'since-five-days']);
    await page.keyboard.press('ArrowUp');
    await expectSearch(page, chase);

    await expect.poll(() => ids(page)).toEqual(longest);
    await expect.poll(() => heading(page)).toBe('3 overdue orders.');
    const listed = await rows(page, /^Orders/);
    expect(listed.map((row) => row.Promised?.replace(/^.*\d{4} /, ''))).toEqual(['5 d late', '4 d late', '3 d late']);
    expect(listed.map((row) => row.Value)).toEqual(['$100.00', '$999.00', '$150.00']);
    const chips = page.getByRole('region', { name: 'Active filters' });
    await expect
      .poll(() => read(chips))
      .toMatch(/^2 filters Overdue by more than 2 days Worth at least \$100 Clear all$/i);
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  test('is exported as it is shown', async () => {
    const { page } = await open(`?${new URLSearchParams({ ...chase, sort: 'promise' })}`);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export CSV' }).click(),
    ]);
    const [header, ...lines] = (await readFile(await file.path(), 'utf8')).trim().split(/\r?\n/);
    const column = header?.split(',').indexOf('orderId') ?? -1;
    expect(lines.map((line) => line.split(',')[column])).toEqual(longest);
    await page.context().close();
  });

  test('loses what ended orders cannot match when such a status is chosen', async () => {
    const { page } = await open('?delayedByHours=48');
    await page
      .getByRole('group', { name: /^Orders by status/ })
      .getByRole('button', { name: /Arrived$/ })
      .click();
    await expectSearch(page, { status: 'ARRIVED' });
    await expect.poll(() => heading(page)).toBe('No order matches.');
    await page.context().close();
  });

  test('moves its days to another date, and keeps both ends in one filter', async () => {
    const day = new Date().toISOString().slice(0, 10);
    const { page } = await open(`?dateFrom=2020-01-01&dateTo=${day}`);
    await page.getByLabel('Which date').selectOption('Due');
    await expectSearch(page, { dueFrom: '2020-01-01', dueTo: day });
    await expect.poll(() => page.getByLabel('Due from').inputValue()).toBe('2020-01-01');
    await expect.poll(() => heading(page)).toMatch(/^5 orders due 1 Jan 2020–/);
    await page.getByLabel('Promise', { exact: true }).selectOption('Due, not on time');
    await expectSearch(page, { dueFrom: '2020-01-01', dueTo: day, onTime: 'false' });
    await page.getByRole('button', { name: /^Remove filter: Due 1 Jan 2020/ }).click();
    await expectSearch(page, { onTime: 'false' });
    await page.context().close();
  });

  test.each([1280, 360])('has no violation of axe with all filters at %d pixels', async (width) => {
    const { page } = await open('?delayedByHours=48&valueFrom=10000&isRush=false&sort=promise', {
      viewport: { width, height: 900 },
    });
    if (width < 600) await page.getByRole('button', { name: 'Change filters' }).click();
    await page.getByRole('spinbutton', { name: 'Overdue by more than' }).waitFor();
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.map(({ id, help, nodes }) => `${id}: ${help} ${nodes[0]?.html}`)).toEqual([]);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(sideways, 'the page does not scroll horizontally').toBeLessThanOrEqual(0);
    await page.context().close();
  });
});
