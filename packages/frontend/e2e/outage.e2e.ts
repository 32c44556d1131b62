/** The page while its server is down and after it has restarted: the content stays, and the user can repeat the failed request. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectSearch, heading, launch, read, rows, visit } from './browser';
import { events } from './events';
import { Goody } from './goody';

let goody: Goody;
let browser: Browser;

beforeAll(async () => {
  [goody, browser] = await Promise.all([Goody.start(), launch()]);
  await goody.send([
    ...events({ vendorId: 'candles', arrived: 60, arrivedLate: 5, lost: 1, shipping: 2, overdue: 1 }),
    ...events({ vendorId: 'mugs', arrived: 30, damaged: 12 }),
  ]);
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await goody.stop();
  await goody.startAgain();
});

afterAll(async () => {
  await browser?.close();
  await goody?.end();
});

const fromTheBrowser = /^Failed to load resource/;
const notice = (page: Page) => page.getByText('Your last choice could not be loaded.');
const retry = (page: Page) => page.getByRole('button', { name: 'Try again' }).click();
const vendors = async (page: Page) => (await rows(page, /^Vendors/)).map((row) => row.Vendor?.split(' ')[0]);

describe('a page that is not in the cache, while the server is down', () => {
  const pages = [
    { from: '/', link: 'Orders', title: /^\d+ orders/ },
    { from: '/', link: 'Recent', title: /updated/ },
    { from: '/', link: 'candles', title: /^candles$/ },
    { from: '/orders', link: /^candles-/, title: /./ },
    { from: '/orders', link: 'Overview', title: /at risk/ },
  ];

  test.each(pages)(
    '$link shows that the server does not answer, and appears by itself when it runs again',
    async ({ from, link, title }) => {
      const { page, consoleErrors } = await visit(browser, goody.address + from);
      await goody.stop();
      await page.getByRole('link', { name: link }).first().click();
      await expect.poll(() => heading(page)).toBe('Goody does not respond');
      await expect.poll(() => read(page.getByRole('alert'))).toMatch(/The server could not be reached.*Reference/);
      const { pathname } = new URL(page.url());
      expect(pathname).not.toBe(from);

      await retry(page);
      await expect.poll(() => heading(page)).toBe('Goody does not respond');
      await goody.startAgain();
      // It appears by itself.
      await expect.poll(() => heading(page), { timeout: 20_000 }).not.toBe('Goody does not respond');
      await expect.poll(() => heading(page)).toMatch(title);
      expect(new URL(page.url()).pathname).toBe(pathname);
      expect(consoleErrors.filter((text) => !fromTheBrowser.test(text))).toEqual([]);
    },
  );

  test('Refresh and the links work, too, when the server runs again', async () => {
    const { page } = await visit(browser, goody.address);
    await goody.stop();
    await page.getByRole('link', { name: 'Orders' }).first().click();
    await expect.poll(() => heading(page)).toBe('Goody does not respond');
    await goody.startAgain();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect.poll(() => heading(page)).toMatch(/^\d+ orders/);
    await page.getByRole('link', { name: 'Recent' }).click();
    await expect.poll(() => heading(page)).toMatch(/updated/);
  });

  test('a script that is missing on the server is an error, without an endless reload', async () => {
    const { page } = await visit(browser, goody.address);
    await page.route(/orders\.lazy/, (route) => route.fulfill({ status: 404, body: '' }));
    await page.getByRole('link', { name: 'Orders' }).first().click();
    await expect.poll(() => heading(page)).toMatch(/a part of it is missing/);
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Reload the page' }).click();
    await expect.poll(() => heading(page)).toMatch(/^\d+ orders/);
  });
});

describe('a further request while the server is down', () => {
  test('sorting the vendors keeps the rows and the URL, and works on a later attempt', async () => {
    const search = { sortBy: 'name', order: 'asc' };
    const { page, consoleErrors } = await visit(browser, `${goody.address}/vendors?${new URLSearchParams(search)}`);
    const before = await vendors(page);
    expect(before).toHaveLength(2);
    const sorted = page.locator('th[aria-sort="ascending"], th[aria-sort="descending"]');
    const sortedBy = await read(sorted);
    await goody.stop();
    await page.getByRole('button', { name: 'On time' }).click();
    await notice(page).waitFor();
    await page.getByText('Loading failed: The server could not be reached.').waitFor();
    await expectSearch(page, search);
    expect(await vendors(page)).toEqual(before);
    expect(await read(sorted)).toBe(sortedBy);
    const colours = () =>
      page.getByRole('region', { name: 'Vendors, scrolls sideways' }).evaluate((element) => {
        let filter = '';
        for (let at: Element | null = element; at !== null; at = at.parentElement)
          filter += getComputedStyle(at).filter;
        return filter;
      });
    expect(await colours(), 'what is shown is grey').toContain('grayscale');

    await retry(page);
    await notice(page).waitFor();
    await goody.startAgain();
    await retry(page);
    await expect.poll(() => notice(page).count()).toBe(0);
    await expect.poll(() => new URL(page.url()).searchParams.get('sortBy')).toBe('onTimePercentage');
    await expect.poll(() => read(sorted)).toMatch(/on time/i);
    expect(consoleErrors.filter((text) => !fromTheBrowser.test(text))).toEqual([]);
  });

  test('a search keeps the typed text, and Refresh loads the page of the URL', async () => {
    const { page } = await visit(browser, `${goody.address}/vendors`);
    await goody.stop();
    const field = page.getByRole('searchbox', { name: 'Search vendors' });
    await field.fill('mugs');
    await page.getByRole('button', { name: 'Search' }).click();
    await notice(page).waitFor();
    await expectSearch(page, {});
    expect(await field.inputValue()).toBe('mugs');
    expect(await vendors(page)).toHaveLength(2);

    await goody.startAgain();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect.poll(() => notice(page).count()).toBe(0);
    await expectSearch(page, {});
    expect(await vendors(page)).toHaveLength(2);
  });

  test('the next page of orders keeps the current one, and Back then stays on the list', async () => {
    const { page, requests } = await visit(browser, `${goody.address}/orders`);
    const rowsNow = async () => (await rows(page, /^Orders/)).map((row) => row.Order);
    const before = await rowsNow();
    await goody.stop();
    await page.getByRole('link', { name: 'Next' }).click();
    await notice(page).waitFor();
    // The notice is visible where the user clicked, at the end of the list.
    await expect
      .poll(() =>
        notice(page).evaluate((element) => {
          const { top, bottom } = element.getBoundingClientRect();
          return top >= 0 && bottom <= innerHeight;
        }),
      )
      .toBe(true);
    await expectSearch(page, {});
    expect(await rowsNow()).toEqual(before);

    await goody.startAgain();
    const readBefore = requests.length;
    await retry(page);
    await expect.poll(() => new URL(page.url()).searchParams.get('page')).toBe('2');
    await expect.poll(() => notice(page).count()).toBe(0);
    await page.getByText(/^Page 2:/).waitFor();
    expect(
      requests.slice(readBefore).every((path) => path.startsWith('/api/orders') || path.startsWith('/dashboard')),
    ).toBe(true);
    await page.getByRole('link', { name: 'Back' }).click();
    await expectSearch(page, {});
    await expect.poll(rowsNow).toEqual(before);
  });

  test('the browser’s Back to a filter that was left a moment ago needs no server', async () => {
    const { page, requests } = await visit(browser, `${goody.address}/vendors`);
    await page.getByRole('button', { name: 'Low risk' }).click();
    await expectSearch(page, { risk: 'low' });
    await page.getByText('1 vendor matches').waitFor();
    await goody.stop();
    const before = requests.length;
    await page.goBack();
    await expectSearch(page, {});
    await page.getByText('2 vendors').first().waitFor();
    expect(await notice(page).count()).toBe(0);
    expect(requests.length).toBe(before);
  });

  test('filters of the orders and the period of the recent updates keep the content', async () => {
    const { page } = await visit(browser, `${goody.address}/orders`);
    const title = await heading(page);
    await goody.stop();
    await page.getByRole('combobox', { name: 'Promise' }).selectOption('Late');
    await notice(page).waitFor();
    await expectSearch(page, {});
    expect(await heading(page)).toBe(title);
    expect(await page.getByRole('combobox', { name: 'Promise' }).inputValue()).toBe('Late or not');
    await goody.startAgain();
    await retry(page);
    await expectSearch(page, { delayed: 'true' });
    await expect.poll(() => heading(page)).not.toBe(title);

    await page.getByRole('link', { name: 'Recent' }).click();
    await page.getByRole('button', { name: '7 days' }).waitFor();
    await expect.poll(() => page.getByRole('list').count()).toBeGreaterThan(0);
    await goody.stop();
    await page.getByRole('button', { name: '7 days' }).click();
    await notice(page).waitFor();
    await expectSearch(page, {});
    await expect.poll(() => page.getByRole('button', { name: '24 hours' }).getAttribute('aria-pressed')).toBe('true');
    // Refresh after the restart clears the notice and keeps the URL.
    await goody.startAgain();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect.poll(() => notice(page).count()).toBe(0);
    await expectSearch(page, {});
  });

  test('another date of a vendor keeps the current one, also with another period in its chart', async () => {
    const { page } = await visit(browser, `${goody.address}/vendors/candles?date=${yesterday()}`);
    await goody.stop();
    await page.getByRole('link', { name: 'Show today' }).click();
    await notice(page).waitFor();
    await expectSearch(page, { date: yesterday() });
    await page.getByRole('link', { name: '90 days' }).click();
    await expectSearch(page, { date: yesterday(), days: '90' });
    // A choice that needs no request does not clear the notice, and neither does a failed Refresh.
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('Refreshing failed: The server could not be reached.').waitFor();
    await expect.poll(() => heading(page)).toBe('candles');
    await goody.startAgain();
    await retry(page);
    await expect.poll(() => page.getByText('Refreshing failed').count()).toBe(0);
  });
});

function yesterday(): string {
  return new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
}
