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

/** The message that the browser logs for an error response or a failed request. */
const fromTheBrowser = /^Failed to load resource/;

describe('a page without data, with an error or while loading', () => {
  test('Refresh shows the first orders of an empty database', async () => {
    const { page, consoleErrors } = await visit(browser, goody.address);
    await expect.poll(() => heading(page)).toBe('No orders yet.');
    await page.getByRole('heading', { name: 'Import the orders of your shop' }).waitFor();

    await goody.send(events({ vendorId: 'candles', arrived: 20, shipping: 1 }));
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('link', { name: 'candles' }).waitFor();
    await expect.poll(() => heading(page)).toBe('No vendor is at risk.');
    expect(consoleErrors).toEqual([]);
  });

  test('an order without a placement is stated, and nothing says that all is well', async () => {
    const other = await Goody.start();
    try {
      await other.send(events({ vendorId: 'candles', arrived: 20, shipping: 1 }));
      const { page } = await visit(browser, other.address);
      const health = page.getByRole('region', { name: 'System health' });
      await expect.poll(() => read(health)).toBe('The system is healthy');
      await page.getByRole('heading', { name: 'All clear' }).waitFor();

      await other.sendUnplaced('gift-1');
      await page.getByRole('button', { name: 'Refresh' }).click();
      await expect.poll(() => heading(page)).toBe('1 order has no placement.');
      expect(await read(health)).toBe(
        'Works, but needs attention. 1 order has events and no placement; it counts nowhere until its PLACED event comes.',
      );
      expect(await read(page.getByRole('main'))).not.toMatch(/all clear|is healthy|no vendor is at risk/i);
    } finally {
      await other.end();
    }
  });

  test('a silence is stated with its time, and nothing says that all is well', async () => {
    const other = await Goody.start();
    try {
      await other.send(events({ vendorId: 'candles', arrived: 20 }, Date.now() - 86_400_000));
      const { page } = await visit(browser, other.address);
      const latest = (await other.read('/dashboard/summary')).silentSince;
      const time = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
      const since = time.format(new Date(latest ?? 0));
      await expect.poll(() => heading(page)).toBe(`Nothing has come in since ${since}.`);
      const health = page.getByRole('region', { name: 'System health' });
      expect(await read(health)).toMatch(
        /^Works, but needs attention\. Nothing has come in for 3 days: the latest event is of /,
      );
      expect(await read(health)).toContain(since);
      expect(await read(page.getByRole('main'))).not.toMatch(/all clear|is healthy|no vendor is at risk/i);
    } finally {
      await other.end();
    }
  });

  test('an unknown URL shows an error and a link to the overview', async () => {
    const { page, consoleErrors } = await visit(browser, `${goody.address}/no/such/page`);
    await expect.poll(() => heading(page)).toBe('There is no such page');
    await page.getByRole('link', { name: 'Go to the overview' }).click();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/');
    await page.getByRole('region', { name: 'System health' }).waitFor();
    expect(consoleErrors.filter((text) => !fromTheBrowser.test(text))).toEqual([]);
  });

  test('an unknown vendor is not found, with a reference', async () => {
    const { page, consoleErrors } = await visit(browser, `${goody.address}/vendors/unknown`);
    await expect.poll(() => heading(page)).toBe('Not found');
    await expect.poll(() => read(page.getByText('Reference'))).toMatch(/^Reference [\w-]{8,}$/);
    await page.getByRole('link', { name: 'See all vendors' }).click();
    await page.getByRole('link', { name: 'candles' }).waitFor();
    expect(consoleErrors.filter((text) => !fromTheBrowser.test(text))).toEqual([]);
  });

  test('an invalid date is named, with a link to the page without filters', async () => {
    const { page } = await visit(browser, `${goody.address}/?date=someday`);
    await expect.poll(() => heading(page)).toBe('A parameter is not valid');
    await expect.poll(() => read(page.getByRole('alert'))).toMatch(/date .+/);
    await page.getByRole('link', { name: 'Show this page without filters' }).click();
    await expectSearch(page, {});
    await page.getByRole('link', { name: 'candles' }).waitFor();
  });

  test('an invalid cursor offers a link to the first page', async () => {
    const { page } = await visit(browser, `${goody.address}/?q=candles&cursor=made-up&page=2`);
    await expect.poll(() => heading(page)).toBe('The cursor is not valid');
    await page.getByRole('link', { name: 'Go to the first page' }).click();
    await expectSearch(page, { q: 'candles' });
    await page.getByRole('link', { name: 'candles' }).waitFor();
  });

  test('a failed Refresh keeps the numbers, and shows their age and the reason', async () => {
    const { page, consoleErrors } = await visit(browser, goody.address);
    await goody.stop();
    await page.getByRole('button', { name: 'Refresh' }).click();
    const notice = page.getByText('This data was loaded just now');
    await notice.waitFor();
    await page.getByText('Refreshing failed: The server could not be reached.').waitFor();
    await expect.poll(() => read(page.getByText('Reference'))).toMatch(/^Reference [0-9a-f]{32}$/);
    await expect.poll(() => heading(page)).toBe('No vendor is at risk.');
    await page.getByRole('link', { name: 'candles' }).waitFor();

    await goody.startAgain();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => notice.count()).toBe(0);
    await page.getByRole('link', { name: 'candles' }).waitFor();
    expect(consoleErrors.filter((text) => !fromTheBrowser.test(text))).toEqual([]);
  });

  test('an offline browser shows a notice, and keeps the content', async () => {
    const { page } = await visit(browser, goody.address);
    await page.context().setOffline(true);
    await page.getByText('You are offline.').waitFor();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('This data was loaded').waitFor();
    await page.getByRole('link', { name: 'candles' }).waitFor();

    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect.poll(() => page.getByText('You are offline.').count()).toBe(0);
  });

  test('a slow response shows placeholders first, and the layout does not shift when the numbers appear', async () => {
    const { page } = await visit(browser, goody.address);
    // The responses wait until the placeholders are seen.
    let release = () => {};
    const released = new Promise<void>((done) => {
      release = done;
    });
    await page.route(/\/(api|dashboard)\//, async (route) => {
      await released;
      await route.continue();
    });
    await page.addInitScript(() => {
      Object.assign(window, { shifted: 0 });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
          (window as unknown as { shifted: number }).shifted += (entry as unknown as { value: number }).value;
        }
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await page.reload({ waitUntil: 'commit' });
    await page.getByText('Loading…').waitFor({ state: 'attached' });
    release();
    await page.getByRole('link', { name: 'candles' }).waitFor();
    const shifted = await page.evaluate(() => (window as unknown as { shifted: number }).shifted);
    expect(shifted, 'cumulative layout shift').toBeLessThanOrEqual(0.01);
  });

  test('while another filter loads, the rows stay', async () => {
    const { page } = await visit(browser, `${goody.address}/vendors`);
    await page.route(/\/(api|dashboard)\//, async (route) => {
      await new Promise((done) => setTimeout(done, 1000));
      await route.continue();
    });
    const table = page.getByRole('region', { name: 'Vendors, scrolls sideways' });
    await page.getByRole('button', { name: 'Low risk' }).click();
    await expect.poll(() => table.getAttribute('aria-busy')).toBe('true');
    await page.waitForTimeout(500);
    expect(await page.getByText('Loading…').count()).toBe(0);
    await table.getByRole('link', { name: 'candles' }).waitFor();
    await expect.poll(() => table.getAttribute('aria-busy')).toBe('false');
  });

  test('a chosen theme is stored, and used from the first paint on', async () => {
    const { page } = await visit(browser, goody.address, { colorScheme: 'light' });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.getByRole('combobox', { name: 'Theme' }).selectOption('Dark');
    const dark = await background();
    expect(dark).not.toBe(light);
    await page.reload();
    await heading(page);
    await expect.poll(() => background()).toBe(dark);
    await page.getByRole('combobox', { name: 'Theme' }).selectOption('System');
    await expect.poll(() => background()).toBe(light);
  });

  test('the header is there while the first page loads, and stays in place', async () => {
    const context = await browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    // The page starts with the first tick of its clock. A paused clock gives the test time to examine the page before that.
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.goto(goody.address);
    const brand = page.getByRole('banner').getByText('Goody');
    const before = await brand.boundingBox();
    expect(before).not.toBeNull();
    expect(await page.getByRole('navigation', { name: 'Main' }).count()).toBe(0);
    await page.clock.resume();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    expect(await brand.boundingBox()).toEqual(before);
    expect(await page.getByRole('banner').count()).toBe(1);
    await context.close();
  });

  test('a server that is down is reported, and trying again works when it runs again', async () => {
    const { page, consoleErrors } = await visit(browser, `${goody.address}/no/such/page`);
    await goody.stop();
    await page.getByRole('link', { name: 'Go to the overview' }).click();
    await expect.poll(() => heading(page)).toBe('Goody does not respond');
    await expect.poll(() => read(page.getByText('Reference'))).toMatch(/^Reference [0-9a-f]{32}$/);

    await goody.startAgain();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'candles' }).waitFor();
    expect(consoleErrors.filter((text) => !fromTheBrowser.test(text))).toEqual([]);
  });
});
