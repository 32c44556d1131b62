import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectSearch, heading, launch, read, visit } from './browser';
import { events } from './events';
import { Goody } from './goody';

let goody: Goody;
let browser: Browser;

beforeAll(async () => {
  [goody, browser] = await Promise.all([Goody.start(), launch()]);
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

afterAll(async () => {
  await browser?.close();
  await goody?.end();
});

/** What the browser itself writes when an answer is an error, or none comes. */
const fromTheBrowser = /^Failed to load resource/;

describe('when there is nothing to show', () => {
  test('an empty database says how to fill it, and Refresh shows what came', async () => {
    const { page, complaints } = await visit(browser, goody.address);
    expect(await heading(page)).toBe('No orders yet.');
    await page.getByText('goody import FILE.ndjson').waitFor();

    await goody.tell(events({ vendorId: 'candles', arrived: 20, shipping: 1 }));
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('link', { name: 'candles' }).waitFor();
    expect(await heading(page)).toBe('No vendor is at risk.');
    expect(complaints).toEqual([]);
  });

  test('an address that leads nowhere says so and leads on', async () => {
    const { page, complaints } = await visit(browser, `${goody.address}/no/such/page`);
    expect(await heading(page)).toBe('There is no such page');
    await page.getByRole('link', { name: 'Go to the overview' }).click();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/');
    await page.getByRole('region', { name: 'System health' }).waitFor();
    expect(complaints.filter((text) => !fromTheBrowser.test(text))).toEqual([]);
  });

  test('a vendor that nobody knows is not found, with a reference', async () => {
    const { page, complaints } = await visit(browser, `${goody.address}/vendors/nobody`);
    expect(await heading(page)).toBe('Not found');
    expect(await read(page.getByText('Reference'))).toMatch(/^Reference [\w-]{8,}$/);
    await page.getByRole('link', { name: 'See all vendors' }).click();
    await page.getByRole('link', { name: 'candles' }).waitFor();
    expect(complaints.filter((text) => !fromTheBrowser.test(text))).toEqual([]);
  });

  test('a date that is none is named, and there is a way out', async () => {
    const { page } = await visit(browser, `${goody.address}/?date=someday`);
    expect(await heading(page)).toBe('A parameter is not valid');
    expect(await read(page.getByRole('alert'))).toMatch(/date .+/);
    await page.getByRole('link', { name: 'Show this page without filters' }).click();
    await expectSearch(page, {});
    await page.getByRole('link', { name: 'candles' }).waitFor();
  });

  test('a cursor of another list leads to its first page', async () => {
    const { page } = await visit(browser, `${goody.address}/?q=candles&cursor=made-up&page=2`);
    expect(await heading(page)).toBe('The cursor is not valid');
    await page.getByRole('link', { name: 'Go to the first page' }).click();
    await expectSearch(page, { q: 'candles' });
    await page.getByRole('link', { name: 'candles' }).waitFor();
  });

  test('a server that does not answer is named, and trying again works once it does', async () => {
    const { page, complaints } = await visit(browser, goody.address);
    await goody.stop();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect.poll(() => heading(page)).toBe('Goody does not answer');
    expect(await read(page.getByText('Reference'))).toMatch(/^Reference [0-9a-f]{32}$/);

    await goody.startAgain();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'candles' }).waitFor();
    expect(complaints.filter((text) => !fromTheBrowser.test(text))).toEqual([]);
  });
});
