import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { orders, sendStuckOrders } from '../scripts/stuck.mjs';
import { launch, visit } from './browser';
import { Goody, hasOlist, newToken, OLIST_DATE } from './goody';

let browser: Browser;
const servers: Goody[] = [];

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  for (const server of servers) await server.end();
});

/**
 * Every page at the width of a desktop, a tablet and a phone, in the light and in the dark theme. Each width gets one full check; for
 * the other theme only the contrast of colours is checked.
 */
const views = [
  { colorScheme: 'light', width: 1440, rules: undefined },
  { colorScheme: 'dark', width: 1440, rules: ['color-contrast'] },
  { colorScheme: 'dark', width: 768, rules: undefined },
  { colorScheme: 'light', width: 768, rules: ['color-contrast'] },
  { colorScheme: 'light', width: 360, rules: undefined },
  { colorScheme: 'dark', width: 360, rules: ['color-contrast'] },
] as const;

/** The rows of a table have the same structure, so axe checks the first twelve only. */
const furtherRows = 'tbody tr:nth-child(n + 13)';

/** Opens a page once, with a dialog if `open` opens one, and checks it in every view. */
async function checkPage(url: string, open?: (page: Page) => Promise<void>): Promise<void> {
  const { page, consoleErrors } = await visit(browser, url);
  await open?.(page);
  // Some parts of a page are loaded after its heading.
  await page.waitForLoadState('networkidle');
  for (const { colorScheme, width, rules } of views) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 800 });
    const axe = new AxeBuilder({ page })
      .setLegacyMode()
      .options({ resultTypes: ['violations'], ...(rules && { runOnly: [...rules] }) })
      .exclude(furtherRows);
    const { violations } = await axe.analyze();
    expect
      .soft(
        violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => node.html).join('\n')}`),
        `in the ${colorScheme} theme at ${width} pixels`,
      )
      .toEqual([]);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(sideways, `horizontal overflow in pixels at a width of ${width} pixels`).toBeLessThanOrEqual(0);
  }
  // The browser itself logs a 404.
  expect.soft(consoleErrors.filter((text) => !/^Failed to load resource/.test(text))).toEqual([]);
  await page.context().close();
}

/** Checks the pages of one server. `pages` has a name and a path for each. */
function describePages(name: string, open: () => Promise<Goody>, pages: [what: string, path: string][]) {
  describe(`axe finds no violation, and no page scrolls horizontally, with ${name}`, () => {
    let goody: Goody;

    beforeAll(async () => {
      goody = await open();
      servers.push(goody);
    });

    test.each(pages)('on %s', async (_, path) => checkPage(goody.address + (await withId(goody, path))));
  });
}

/** Replaces the placeholder of a path by the id of a stored vendor or order. */
async function withId(goody: Goody, path: string): Promise<string> {
  const date = new URL(path, goody.address).searchParams.get('date') ?? undefined;
  const query: Record<string, string> = date === undefined ? {} : { date };
  const vendor = async (filter: Record<string, string>) => {
    const { vendors } = await goody.read('/api/vendors', { ...query, ...filter, limit: '1' });
    return vendors[0]?.vendorId ?? '';
  };
  const order = async () => {
    const { orders } = await goody.read('/api/orders', { status: 'LOST,DAMAGED,SHIPPING_DELAYED', limit: '1' });
    return orders[0]?.orderId ?? '';
  };
  const ids: Record<string, () => Promise<string>> = {
    ':worst': () => vendor({ risk: 'high,medium,low' }),
    ':busiest': () => vendor({ sortBy: 'totalOrders', order: 'desc' }),
    ':calmest': () => vendor({ sortBy: 'totalOrders', order: 'asc' }),
    ':order': order,
  };
  const name = /:\w+/.exec(path)?.[0];
  if (name === undefined) return path;
  const id = await ids[name]?.();
  expect(id, `the server has a vendor or an order for ${path}`).toBeTruthy();
  return path.replace(name, encodeURIComponent(id ?? ''));
}

describePages('demo orders', () => Goody.backfilled(), [
  ['the overview', '/'],
  ['a search without results', '/vendors?q=nothing'],
  ['a refused request', '/?date=someday'],
  ['all vendors', '/vendors'],
  ['a vendor', '/vendors/:worst'],
  ['a proven rate', '/vendors/:worst/proof?of=onTime'],
  ['an unknown vendor', '/vendors/unknown'],
  ['the orders', '/orders'],
  ['filtered orders', '/orders?status=LOST,DAMAGED&dateFrom=2020-01-01'],
  [
    'orders by many filters',
    '/orders?dueFrom=2020-01-01&onTime=false&giftType=candle&isRush=false&promiseDays=3&shippedOnTime=true',
  ],
  ['a filter that matches no order', '/orders?vendorId=unknown'],
  ['the recent updates', '/orders/recent'],
  ['what was refused', '/rejections'],
  ['an order', '/orders/:order'],
  ['an order on a past day', '/orders/:order?asOf=2026-01-31'],
  ['an unknown order', '/orders/nothing'],
  ['a page that does not exist', '/no/such/page'],
]);

describe('axe finds no violation with an open dialog', () => {
  let goody: Goody;

  beforeAll(async () => {
    goody = await Goody.backfilled();
    servers.push(goody);
  });

  const dialogs: [string, string, (page: Page) => Promise<void>][] = [
    [
      'a mail to a vendor',
      '/',
      (page) =>
        page
          .getByRole('button', { name: /^Write to/ })
          .first()
          .click(),
    ],
    ['the search for anything', '/', (page) => page.keyboard.press('Control+k')],
    ['the keys', '/orders', (page) => page.keyboard.press('?')],
    ['the columns of a table', '/vendors', (page) => page.getByText('Columns', { exact: true }).click()],
    ['the other filters of orders', '/orders', (page) => page.getByRole('button', { name: /^More filters/ }).click()],
    ['the vendors of a filter', '/orders', (page) => page.getByRole('combobox', { name: 'Vendor' }).fill('a')],
  ];

  test.each(dialogs)('%s', async (_, path, open) => checkPage(goody.address + path, open));
});

describePages('an empty database', () => Goody.start(), [
  ['the overview', '/'],
  ['the orders', '/orders'],
  ['the recent updates', '/orders/recent'],
  ['what was refused', '/rejections'],
]);

async function withStuckOrders(): Promise<Goody> {
  const goody = await Goody.start();
  await sendStuckOrders(goody.address);
  return goody;
}

describePages('stuck orders', withStuckOrders, [
  ['the overview', '/'],
  ['a vendor', '/vendors/quiet-press'],
  ['an order of several parcels', `/orders/${orders.parcels}`],
  ['a returned order', `/orders/${orders.returned}`],
  ['an order with suspect times', `/orders/${orders.suspect}`],
]);

describePages('a server that requires a token', () => Goody.guarded([newToken('desk', 'read')]), [
  ['the overview', '/'],
  ['an order', '/orders/any'],
]);

describe.skipIf(!hasOlist)('', () => {
  describePages('the orders of Olist', () => Goody.olist(), [
    ['the overview', `/?date=${OLIST_DATE}`],
    ['a vendor', `/vendors/:busiest?date=${OLIST_DATE}`],
    ['a vendor without orders', `/vendors/:calmest?date=${OLIST_DATE}`],
    ['the orders', '/orders'],
    ['the recent updates', '/orders/recent'],
    ['an order', '/orders/:order'],
  ]);
});
