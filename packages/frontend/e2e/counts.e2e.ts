/** Every count of a report opens a list with as many orders, today and on a past date. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { sendStuckOrders } from '../scripts/stuck.mjs';
import { launch, read, rows, visit } from './browser';
import { Goody, hasOlist } from './goody';

let browser: Browser;
const servers: Goody[] = [];

beforeAll(async () => {
  browser = await launch();
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

afterAll(async () => {
  await browser?.close();
  for (const server of servers) await server.end();
});

/** A date of Olist on which most open orders were past their promise. */
const OVERDUE_DATE = '2018-03-15';

interface CountLink {
  href: string;
  /** What the page says that the list has. */
  count: number;
}

/** The links of a page to lists of orders whose text, or whose tile, begins with a count. */
async function countLinks(page: Page): Promise<CountLink[]> {
  const found = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLAnchorElement>('main a[href^="/orders?"]')].map((link) => {
      const tile = link.closest('h2')?.parentElement;
      return {
        href: link.getAttribute('href') ?? '',
        text: tile === null || tile === undefined ? link.textContent : (tile.children[1]?.textContent ?? ''),
      };
    }),
  );
  return found.flatMap(({ href, text }) => {
    const digits = /\d[\d,]*/.exec(text)?.[0];
    return digits === undefined ? [] : { href, count: Number(digits.replaceAll(',', '')) };
  });
}

/** Opens every link of the page at `path`, and returns those whose list has another number of orders. */
async function wrongLinks(goody: Goody, path: string): Promise<{ opened: number; wrong: string[] }> {
  const { page, consoleErrors } = await visit(browser, goody.address + path);
  const links = await countLinks(page);
  const wrong: string[] = [];
  const seen = new Set<string>();
  for (const { href, count } of links) {
    const key = `${href} ${count}`;
    if (seen.has(key)) continue;
    seen.add(key);
    await page.locator(`main a[href="${href}"]`).first().click();
    const list = page.getByRole('heading', { level: 2, name: /^[\d,]+ orders? match(es)?$/ });
    await list.waitFor().catch(async () => expect.fail(`${href} shows: ${await read(page.getByRole('main'))}`));
    const total = Number((await read(list)).split(' ')[0]?.replaceAll(',', ''));
    const listed = total === 0 ? 0 : (await rows(page, /^Orders/)).length;
    if (total !== count || listed !== Math.min(50, count)) {
      wrong.push(`${href}: ${total} orders, ${listed} of them on the page, and the count is ${count}`);
    }
    await page.goBack();
    await page.locator(`main a[href="${href}"]`).first().waitFor();
  }
  expect(consoleErrors).toEqual([]);
  await page.context().close();
  return { opened: seen.size, wrong };
}

/** A promise may pass, or an order stall, between the report and the list of it. Then both are read again. */
async function expectRightLinks(goody: Goody, path: string, atLeast: number): Promise<void> {
  let found = await wrongLinks(goody, path);
  if (found.wrong.length > 0) found = await wrongLinks(goody, path);
  expect(found.wrong).toEqual([]);
  expect(found.opened, 'the page has links').toBeGreaterThanOrEqual(atLeast);
}

const MINUTES = 60_000;

describe('every count opens its orders', () => {
  let goody: Goody;
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

  beforeAll(async () => {
    goody = await Goody.backfilled();
    servers.push(goody);
    await sendStuckOrders(goody.address);
  });

  test('of a vendor', async () => expectRightLinks(goody, '/vendors/quiet-press', 15), 5 * MINUTES);

  test(
    'of a vendor on a past date',
    async () => {
      await expectRightLinks(goody, `/vendors/quiet-press?date=${daysAgo(4)}`, 15);
    },
    5 * MINUTES,
  );

  test(
    'of a vendor with every kind of outcome',
    async () => {
      const { vendors } = await goody.read('/api/vendors', { sortBy: 'issueCount', order: 'desc', limit: '1' });
      await expectRightLinks(goody, `/vendors/${vendors[0]?.vendorId}?date=${daysAgo(1)}`, 25);
    },
    5 * MINUTES,
  );

  test(
    'of a vendor in other days, compared with a date',
    async () => {
      const { vendors } = await goody.read('/api/vendors', { sortBy: 'issueCount', order: 'desc', limit: '1' });
      const query = new URLSearchParams({ date: daysAgo(1), window: 'month', against: daysAgo(8) });
      await expectRightLinks(goody, `/vendors/${vendors[0]?.vendorId}?${query}`, 25);
    },
    5 * MINUTES,
  );

  test(
    'of a rate that is proven',
    async () => {
      const query = new URLSearchParams({ of: 'onTime', window: '28d' });
      await expectRightLinks(goody, `/vendors/quiet-press/proof?${query}`, 1);
    },
    5 * MINUTES,
  );

  test('of the overview', async () => expectRightLinks(goody, '/', 40), 5 * MINUTES);

  test(
    'of the overview on a past date',
    async () => {
      await expectRightLinks(goody, `/?date=${daysAgo(5)}`, 30);
    },
    5 * MINUTES,
  );

  test('also by keyboard, with a name that says what it opens, and a way back', async () => {
    const { page } = await visit(browser, `${goody.address}/vendors/quiet-press?date=${daysAgo(4)}`);
    const link = page.getByRole('region', { name: 'To chase' }).getByRole('link', { name: /^\d+ stalled, end of / });
    const name = await link.getAttribute('aria-label');
    await link.press('Enter');
    await page
      .getByRole('heading', {
        level: 1,
        name: new RegExp(`^${Number.parseInt(name ?? '', 10)} stalled orders at the end of`),
      })
      .waitFor();
    await page
      .getByRole('region', { name: 'Active filters' })
      .getByText(/^As of /)
      .waitFor();
    await page.getByRole('link', { name: 'Quiet Press', exact: true }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Quiet Press' }).waitFor();
  });
});

describe.skipIf(!hasOlist)('every count opens its orders, with the orders of Olist', () => {
  let goody: Goody;

  beforeAll(async () => {
    goody = await Goody.olist();
    servers.push(goody);
  }, 10 * MINUTES);

  test(
    'of the vendor to call first',
    async () => {
      const { vendors } = await goody.read('/api/vendors', { date: OVERDUE_DATE, limit: '1' });
      await expectRightLinks(goody, `/vendors/${vendors[0]?.vendorId}?date=${OVERDUE_DATE}`, 15);
    },
    5 * MINUTES,
  );

  test('of the fleet', async () => {
    const { page } = await visit(browser, `${goody.address}/?date=${OVERDUE_DATE}`);
    const fleet = page.getByRole('row', { name: /^All vendors/ });
    const links = await fleet.getByRole('link').all();
    expect(links.length).toBeGreaterThanOrEqual(4);
    for (const link of links) {
      const href = (await link.getAttribute('href')) ?? '';
      const count = Number((await read(link)).replaceAll(',', ''));
      const query = Object.fromEntries(new URL(href, goody.address).searchParams);
      const { summary } = await goody.read('/api/orders', { ...query, limit: '1' });
      expect.soft(summary, href).toMatchObject({ total: count, totalIsLowerBound: false });
    }
  });
});
