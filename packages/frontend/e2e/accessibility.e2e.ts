import AxeBuilder from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
 * Every page at the width of a desk and of a phone, by day and by night. A width is looked at in full once; the other
 * colours of the same things only for their contrast.
 */
const looks = [
  { colorScheme: 'light', width: 1280, rules: undefined },
  { colorScheme: 'dark', width: 1280, rules: ['color-contrast'] },
  { colorScheme: 'dark', width: 360, rules: undefined },
  { colorScheme: 'light', width: 360, rules: ['color-contrast'] },
] as const;

/** The rows of a table are alike: after so many, axe only takes time. */
const alike = 'tbody tr:nth-child(n + 13)';

/** Opens the page once and looks at it in every way. */
async function look(url: string): Promise<void> {
  const { page, complaints } = await visit(browser, url);
  for (const { colorScheme, width, rules } of looks) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 800 });
    const axe = new AxeBuilder({ page })
      .setLegacyMode()
      .options({ resultTypes: ['violations'], ...(rules && { runOnly: [...rules] }) })
      .exclude(alike);
    const { violations } = await axe.analyze();
    expect
      .soft(
        violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => node.html).join('\n')}`),
        `in the ${colorScheme} at ${width} pixels`,
      )
      .toEqual([]);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(sideways, `how far it scrolls sideways at ${width} pixels`).toBeLessThanOrEqual(0);
  }
  // What is not found is told by the browser itself, too.
  expect.soft(complaints.filter((text) => !/^Failed to load resource/.test(text))).toEqual([]);
  await page.context().close();
}

/** The pages of one server, each with where it is. */
function everyPage(name: string, open: () => Promise<Goody>, pages: [what: string, path: string][]) {
  describe(`axe finds nothing, and nothing scrolls sideways, with ${name}`, () => {
    let goody: Goody;

    beforeAll(async () => {
      goody = await open();
      servers.push(goody);
    });

    test.each(pages)('on %s', async (_, path) => look(goody.address + (await filledIn(goody, path))));
  });
}

/** The path with the ids of what is there: of a vendor, and of an order that went wrong. */
async function filledIn(goody: Goody, path: string): Promise<string> {
  const date = new URL(path, goody.address).searchParams.get('date') ?? undefined;
  const query: Record<string, string> = date === undefined ? {} : { date };
  const vendor = async (wanted: Record<string, string>) => {
    const { vendors } = await goody.read('/api/vendors', { ...query, ...wanted, limit: '1' });
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
  expect(id, `there is something to look at for ${path}`).toBeTruthy();
  return path.replace(name, encodeURIComponent(id ?? ''));
}

everyPage('demo orders', () => Goody.backfilled(), [
  ['the overview', '/'],
  ['a search without result', '/?q=nothing'],
  ['a refused request', '/?date=someday'],
  ['a vendor', '/vendors/:worst'],
  ['a vendor that is not known', '/vendors/nobody'],
  ['the orders', '/orders'],
  ['orders of a filter', '/orders?status=LOST,DAMAGED&dateFrom=2020-01-01'],
  ['orders of a filter that finds none', '/orders?vendorId=nobody'],
  ['what changed lately', '/orders/recent'],
  ['an order', '/orders/:order'],
  ['an order that is not known', '/orders/nothing'],
  ['a page that is not there', '/no/such/page'],
]);

everyPage('an empty database', () => Goody.start(), [
  ['the overview', '/'],
  ['the orders', '/orders'],
  ['what changed lately', '/orders/recent'],
]);

everyPage('a server that wants a token', () => Goody.guarded([newToken('desk', 'read')]), [
  ['the overview', '/'],
  ['an order', '/orders/any'],
]);

describe.skipIf(!hasOlist)('', () => {
  everyPage('the orders of Olist', () => Goody.olist(), [
    ['the overview', `/?date=${OLIST_DATE}`],
    ['a vendor', `/vendors/:busiest?date=${OLIST_DATE}`],
    ['a vendor without orders', `/vendors/:calmest?date=${OLIST_DATE}`],
    ['the orders', '/orders'],
    ['what changed lately', '/orders/recent'],
    ['an order', '/orders/:order'],
  ]);
});
