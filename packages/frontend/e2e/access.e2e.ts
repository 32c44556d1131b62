import AxeBuilder from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, visit } from './browser';
import { events } from './events';
import { Goody } from './goody';

let goody: Goody;
let empty: Goody;
let browser: Browser;

beforeAll(async () => {
  [goody, empty, browser] = await Promise.all([Goody.start(), Goody.start(), launch()]);
  await goody.tell([
    ...events({ vendorId: 'candles', arrived: 40, lost: 1, shipping: 5, arrivedBefore: 30, lostBefore: 3 }),
    ...events({ vendorId: 'flowers', arrived: 28, lost: 9, damaged: 4, cancelled: 1, overdue: 4, arrivedBefore: 30 }),
    ...events({ vendorId: 'paper', arrived: 30, damaged: 6, arrivedBefore: 30 }),
    ...events({ vendorId: 'wine', shipping: 3 }),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await goody?.end();
  await empty?.end();
});

const pages = [
  ['the overview', () => goody, '/'],
  ['a vendor', () => goody, '/vendors/flowers'],
  ['a vendor without completed orders', () => goody, '/vendors/wine'],
  ['a search without result', () => goody, '/?q=nothing'],
  ['a refused request', () => goody, '/?date=someday'],
  ['a page that is not there', () => goody, '/no/such/page'],
  ['an empty database', () => empty, '/'],
] as const;

const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [1280, 360].map((width) => ({ colorScheme, width })),
);

describe('axe finds nothing, and nothing scrolls sideways,', () => {
  test.each(pages)('on %s', async (_, server, path) => {
    const { page } = await visit(browser, server().address + path);
    for (const { colorScheme, width } of looks) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(
        violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => node.html).join('\n')}`),
        `in the ${colorScheme} at ${width} pixels`,
      ).toEqual([]);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(sideways, `at ${width} pixels`).toBeLessThanOrEqual(0);
    }
    await page.context().close();
  });
});
