import type { Browser, Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { heading, launch, read, type Visit, visit } from './browser';
import { Goody, hasOlist, OLIST_DATE } from './goody';

/** The daily path of an operations team, on a database of realistic size: which vendor fails, which orders, and why. */

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

afterAll(async () => {
  await browser?.close();
});

/** A walk through the pages that records which requests each page sends. */
class Walk {
  readonly #visit: Visit;
  /** The URL of each opened page, and the index of its first request. */
  readonly #openings: { address: string; from: number }[];

  private constructor(visited: Visit) {
    this.#visit = visited;
    this.#openings = [{ address: visited.page.url(), from: 0 }];
  }

  static async from(url: string): Promise<Walk> {
    // A low viewport, so that pages scroll.
    return new Walk(await visit(browser, url, { viewport: { width: 1280, height: 600 } }));
  }

  get page() {
    return this.#visit.page;
  }

  get address() {
    return new URL(this.page.url());
  }

  /** Performs an action that opens a page which was not shown before, and waits until it is shown. */
  async open(isExpected: (url: URL) => boolean, act: () => Promise<unknown>): Promise<void> {
    const from = this.#visit.requests.length;
    // The code of the page may have to load first.
    const isAsked = () => expect.poll(() => this.#visit.requests.length).toBeGreaterThan(from);
    await this.show(isExpected, () => act().then(isAsked));
  }

  /** Performs an action that leads to another URL, and waits until its page is shown. A page that was left a moment ago needs no request. */
  async show(isExpected: (url: URL) => boolean, act: () => Promise<unknown>): Promise<void> {
    const from = this.#visit.requests.length;
    await act();
    await expect
      .poll(() => ({ isOpen: isExpected(this.address), address: this.page.url() }))
      .toMatchObject({ isOpen: true });
    this.#openings.push({ address: this.page.url(), from });
    // The URL changes before the next page has loaded. Until then, the old content is removed or marked as busy.
    await expect.poll(() => this.page.locator('[aria-busy="true"]').count()).toBe(0);
    await heading(this.page);
  }

  /** Scrolls to an element, with a frame before and after, so that the router records the position before the next page opens. */
  async scrollTo(locator: Locator): Promise<number> {
    const frame = () => this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
    await frame();
    await locator.scrollIntoViewIfNeeded();
    await frame();
    return this.page.evaluate(() => window.scrollY);
  }

  async expectScroll(expected: number): Promise<void> {
    await expect.poll(() => this.page.evaluate(() => window.scrollY)).toBeCloseTo(expected, -1);
  }

  /** Fails if a page sent a request twice, or if the console has an error or a warning. */
  expectNoErrorsOrRepeats(): void {
    const { requests, consoleErrors } = this.#visit;
    for (const [index, { address, from }] of this.#openings.entries()) {
      const paths = requests.slice(from, this.#openings[index + 1]?.from);
      expect(
        paths.filter((path, at) => paths.indexOf(path) !== at),
        `repeated requests of ${address}`,
      ).toEqual([]);
    }
    expect(consoleErrors).toEqual([]);
  }
}

const at = (pathname: RegExp | string, search: Record<string, string> = {}) => {
  const matches = (path: string) => (typeof pathname === 'string' ? path === pathname : pathname.test(path));
  return (url: URL) =>
    matches(url.pathname) &&
    JSON.stringify([...url.searchParams].sort()) === JSON.stringify(Object.entries(search).sort());
};

/** Goes from the list of vendors to one order, and back. `date` is the date of the overview; without it, today. */
async function walkThereAndBack(goody: Goody, date: Record<string, string>): Promise<void> {
  const walk = await Walk.from(`${goody.address}/vendors?${new URLSearchParams(date)}`);
  const { page } = walk;
  const listOfVendors = page.getByRole('region', { name: /^Vendors/ });
  const listOfOrders = page.getByRole('region', { name: /^Orders,/ });

  const byOrders = { ...date, sortBy: 'totalOrders', order: 'desc' };
  const sort = page.getByRole('button', { name: 'Orders', exact: true });
  await walk.scrollTo(sort);
  await walk.open(at('/vendors', byOrders), () => sort.click());
  const sorted = page.getByRole('columnheader', { name: 'Orders', exact: true });
  await expect.poll(() => sorted.getAttribute('aria-sort')).toBe('descending');
  const { vendors } = await goody.read('/api/vendors', { ...byOrders, limit: '50' });
  const [chosen] = vendors.slice(4);
  if (chosen === undefined) throw new Error('the list has fewer than five vendors');

  const toVendor = listOfVendors.getByRole('link', { name: chosen.name, exact: true });
  const scrollOfVendors = await walk.scrollTo(toVendor);
  expect(scrollOfVendors, 'the vendor is below the first screen').toBeGreaterThan(0);
  await walk.open(at(`/vendors/${chosen.vendorId}`, date), () => toVendor.click());
  await expect.poll(() => heading(page)).toBe(chosen.name);

  const ofVendor = { vendorId: chosen.vendorId };
  await walk.open(at('/orders', ofVendor), () => page.getByRole('link', { name: 'View orders' }).click());
  const statuses = page.getByRole('group', { name: /status/i });
  const arrived = { ...ofVendor, status: 'ARRIVED' };
  const isArrived = () => statuses.getByRole('button', { name: /Arrived/ }).getAttribute('aria-pressed');
  await walk.scrollTo(statuses);
  await walk.open(at('/orders', arrived), () => statuses.getByRole('button', { name: /Arrived/ }).click());
  await expect.poll(isArrived).toBe('true');
  const { orders, summary } = await goody.read('/api/orders', { ...arrived, limit: '50' });
  await expect.poll(() => heading(page)).toContain(summary.total.toLocaleString('en-US'));

  const last = orders.at(-1)?.orderId ?? '';
  const toOrder = listOfOrders.getByRole('link', { name: last, exact: true });
  const scrollOfOrders = await walk.scrollTo(toOrder);
  await walk.open(at(`/orders/${last}`), () => toOrder.click());
  await expect.poll(() => heading(page)).toMatch(/arrived/i);
  await expect.poll(() => read(page.getByRole('main'))).toContain(last);

  const back = page.getByRole('main').getByRole('link', { name: 'Orders', exact: true });
  await walk.show(at('/orders', arrived), () => back.click());
  await toOrder.waitFor();
  await walk.expectScroll(scrollOfOrders);
  expect(await isArrived()).toBe('true');

  await walk.show(at('/orders', ofVendor), () => page.goBack());
  await walk.show(at(`/vendors/${chosen.vendorId}`, date), () => page.goBack());
  await expect.poll(() => heading(page)).toBe(chosen.name);
  await walk.show(at('/vendors', byOrders), () => page.goBack());
  await toVendor.waitFor();
  await walk.expectScroll(scrollOfVendors);
  walk.expectNoErrorsOrRepeats();
}

/** The path of one page of each kind. */
async function pagePaths(goody: Goody, date: Record<string, string>): Promise<string[]> {
  const { vendors } = await goody.read('/api/vendors', { ...date, limit: '1' });
  const { orders } = await goody.read('/api/orders', { limit: '1' });
  const query = new URLSearchParams(date);
  return [
    `/?${query}`,
    `/vendors?${query}`,
    `/vendors/${vendors[0]?.vendorId}?${query}`,
    `/vendors/${vendors[0]?.vendorId}/proof?${query}`,
    '/orders',
    '/orders/recent',
    `/orders/${orders[0]?.orderId}`,
  ];
}

/** Checks that every page opens by its URL, sends no request twice, and has a title and one `h1`. */
async function checkEveryPage(goody: Goody, date: Record<string, string>): Promise<void> {
  for (const path of await pagePaths(goody, date)) {
    const { page, requests, consoleErrors } = await visit(browser, goody.address + path);
    await page.waitForLoadState('networkidle');
    expect(requests.length, `requests of ${path}`).toBeGreaterThan(0);
    expect(new Set(requests).size, `requests of ${path}: ${requests.join(' ')}`).toBe(requests.length);
    expect(await page.title(), path).toMatch(/^.+ · Goody$/);
    expect(await page.getByRole('heading', { level: 1 }).count(), `h1 elements of ${path}`).toBe(1);
    expect(consoleErrors, path).toEqual([]);
    await page.context().close();
  }
}

describe('with demo orders', () => {
  let goody: Goody;

  beforeAll(async () => {
    goody = await Goody.backfilled();
  });

  afterAll(() => goody?.end());

  test('a user can go from the vendors to one order, and back to the same list and scroll position', () =>
    walkThereAndBack(goody, {}));

  test('every page opens by its URL and sends no request twice', () => checkEveryPage(goody, {}));

  test('each section is one click away, and the current section is marked', async () => {
    const walk = await Walk.from(goody.address);
    const { page } = walk;
    const sections = page.getByRole('navigation', { name: 'Main' });
    const current = () => sections.locator('[aria-current="page"]').allInnerTexts();
    await expect.poll(() => current()).toEqual(['Overview']);
    for (const [name, path] of [
      ['Orders', '/orders'],
      ['Recent', '/orders/recent'],
      ['Vendors', '/vendors'],
      ['Overview', '/'],
    ] as const) {
      await walk.show(at(path), () => sections.getByRole('link', { name }).click());
      await expect.poll(current).toEqual([name]);
    }
    walk.expectNoErrorsOrRepeats();
  });

  test.each([1280, 360])('the layout of no page shifts when a slow server answers, at %i pixels', async (width) => {
    for (const path of await pagePaths(goody, {})) {
      const context = await browser.newContext({ viewport: { width, height: 800 } });
      const page = await context.newPage();
      await page.addInitScript(() => {
        const shifts: number[] = [];
        Object.assign(window, { shifts });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) shifts.push((entry as PerformanceEntry & { value: number }).value);
        }).observe({ type: 'layout-shift', buffered: true });
      });
      // Long enough for the placeholders of the numbers to appear.
      await page.route(/\/(api|dashboard)\/|\/report(\?|$)/, async (route) => {
        await new Promise((done) => setTimeout(done, 600));
        await route.continue();
      });
      await page.goto(goody.address + path, { waitUntil: 'networkidle' });
      await heading(page);
      const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
      const shifted = shifts.reduce((sum, value) => sum + value, 0);
      expect.soft(shifted, `cumulative layout shift of ${path}`).toBeLessThanOrEqual(0.01);
      await context.close();
    }
  });
});

describe.skipIf(!hasOlist)('with the orders of Olist', () => {
  let goody: Goody;

  beforeAll(async () => {
    goody = await Goody.olist();
  });

  afterAll(() => goody?.end());

  test('a user can go from the vendors to one order, and back to the same list and scroll position', () =>
    walkThereAndBack(goody, { date: OLIST_DATE }));

  test('every page opens by its URL and sends no request twice', () => checkEveryPage(goody, { date: OLIST_DATE }));
});
