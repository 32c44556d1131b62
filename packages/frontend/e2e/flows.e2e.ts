import type { Browser, Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { heading, launch, read, type Visit, visit } from './browser';
import { Goody, hasOlist, OLIST_DATE } from './goody';

/** The way that an operations team goes each morning, on a database like theirs: which vendor, which of its orders, why. */

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

/** A walk through the page that remembers what each page asked the server for. */
class Walk {
  readonly #visit: Visit;
  /** What each page that was opened asked for, after the page's address. */
  readonly #openings: { address: string; from: number }[];

  private constructor(visited: Visit) {
    this.#visit = visited;
    this.#openings = [{ address: visited.page.url(), from: 0 }];
  }

  static async from(url: string): Promise<Walk> {
    // Low, so that there is something to scroll.
    return new Walk(await visit(browser, url, { viewport: { width: 1280, height: 600 } }));
  }

  get page() {
    return this.#visit.page;
  }

  get address() {
    return new URL(this.page.url());
  }

  /** Does what opens another address, and waits until it is shown. */
  async opens(wanted: (url: URL) => boolean, act: () => Promise<unknown>): Promise<void> {
    const from = this.#visit.reads.length;
    await act();
    await expect
      .poll(() => ({ isThere: wanted(this.address), address: this.page.url() }))
      .toMatchObject({ isThere: true });
    this.#openings.push({ address: this.page.url(), from });
    // Its own code may have to come first.
    await expect
      .poll(() => this.#visit.reads.length, { message: `what ${this.page.url()} asks for` })
      .toBeGreaterThan(from);
    // The address changes when the next page is asked for; what is old is gone or marked until it is there.
    await expect.poll(() => this.page.locator('[aria-busy="true"]').count()).toBe(0);
    await heading(this.page);
  }

  /** Scrolls there as a hand does, with a frame before and after: the router takes notice of what was scrolled between two pages. */
  async scrolledTo(locator: Locator): Promise<number> {
    const frame = () => this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
    await frame();
    await locator.scrollIntoViewIfNeeded();
    await frame();
    return this.page.evaluate(() => window.scrollY);
  }

  async expectScroll(wanted: number): Promise<void> {
    await expect.poll(() => this.page.evaluate(() => window.scrollY)).toBeCloseTo(wanted, -1);
  }

  /** Fails when a page asked for anything twice, or the console complained. */
  expectQuiet(): void {
    const { reads, complaints } = this.#visit;
    for (const [index, { address, from }] of this.#openings.entries()) {
      const asked = reads.slice(from, this.#openings[index + 1]?.from);
      expect(asked.length, `what ${address} asks for`).toBeGreaterThan(0);
      expect(
        asked.filter((path, at) => asked.indexOf(path) !== at),
        `asked for twice by ${address}`,
      ).toEqual([]);
    }
    expect(complaints).toEqual([]);
  }
}

const at = (pathname: RegExp | string, search: Record<string, string> = {}) => {
  const matches = (path: string) => (typeof pathname === 'string' ? path === pathname : pathname.test(path));
  return (url: URL) =>
    matches(url.pathname) &&
    JSON.stringify([...url.searchParams].sort()) === JSON.stringify(Object.entries(search).sort());
};

/** From the list of vendors to one order, and all the way back. `date` is what the overview is of, or today. */
async function thereAndBack(goody: Goody, date: Record<string, string>): Promise<void> {
  const walk = await Walk.from(`${goody.address}/?${new URLSearchParams(date)}`);
  const { page } = walk;
  const listOfVendors = page.getByRole('region', { name: /^Vendors/ });
  const listOfOrders = page.getByRole('region', { name: /^Orders,/ });

  const byOrders = { ...date, sortBy: 'totalOrders', order: 'desc' };
  const sort = page.getByRole('button', { name: 'Orders', exact: true });
  await walk.scrolledTo(sort);
  await walk.opens(at('/', byOrders), () => sort.click());
  const sorted = page.getByRole('columnheader', { name: 'Orders', exact: true });
  await expect.poll(() => sorted.getAttribute('aria-sort')).toBe('descending');
  const { vendors } = await goody.read('/api/vendors', { ...byOrders, limit: '50' });
  const [chosen] = vendors.slice(4);
  if (chosen === undefined) throw new Error('there are vendors to choose from');

  const toVendor = listOfVendors.getByRole('link', { name: chosen.name, exact: true });
  const scrollOfVendors = await walk.scrolledTo(toVendor);
  expect(scrollOfVendors, 'the table begins below what is seen at first').toBeGreaterThan(0);
  await walk.opens(at(`/vendors/${chosen.vendorId}`, date), () => toVendor.click());
  await expect.poll(() => heading(page)).toBe(chosen.name);

  const ofVendor = { vendorId: chosen.vendorId };
  await walk.opens(at('/orders', ofVendor), () => page.getByRole('link', { name: 'View orders' }).click());
  const statuses = page.getByRole('group', { name: /status/i });
  const arrived = { ...ofVendor, status: 'ARRIVED' };
  const isArrived = () => statuses.getByRole('button', { name: /Arrived/ }).getAttribute('aria-pressed');
  await walk.scrolledTo(statuses);
  await walk.opens(at('/orders', arrived), () => statuses.getByRole('button', { name: /Arrived/ }).click());
  await expect.poll(isArrived).toBe('true');
  const { orders, summary } = await goody.read('/api/orders', { ...arrived, limit: '50' });
  await expect.poll(() => heading(page)).toContain(summary.total.toLocaleString('en-US'));

  const last = orders.at(-1)?.orderId ?? '';
  const toOrder = listOfOrders.getByRole('link', { name: last, exact: true });
  const scrollOfOrders = await walk.scrolledTo(toOrder);
  await walk.opens(at(`/orders/${last}`), () => toOrder.click());
  await expect.poll(() => heading(page)).toMatch(/arrived/i);
  await expect.poll(() => read(page.getByRole('main'))).toContain(last);

  const back = page.getByRole('main').getByRole('link', { name: 'Orders', exact: true });
  await walk.opens(at('/orders', arrived), () => back.click());
  await toOrder.waitFor();
  await walk.expectScroll(scrollOfOrders);
  expect(await isArrived()).toBe('true');

  await walk.opens(at('/orders', ofVendor), () => page.goBack());
  await walk.opens(at(`/vendors/${chosen.vendorId}`, date), () => page.goBack());
  await expect.poll(() => heading(page)).toBe(chosen.name);
  await walk.opens(at('/', byOrders), () => page.goBack());
  await toVendor.waitFor();
  await walk.expectScroll(scrollOfVendors);
  walk.expectQuiet();
}

/** A page of each kind. */
async function everyPage(goody: Goody, date: Record<string, string>): Promise<string[]> {
  const { vendors } = await goody.read('/api/vendors', { ...date, limit: '1' });
  const { orders } = await goody.read('/api/orders', { limit: '1' });
  const query = new URLSearchParams(date);
  return [
    `/?${query}`,
    `/vendors/${vendors[0]?.vendorId}?${query}`,
    '/orders',
    '/orders/recent',
    `/orders/${orders[0]?.orderId}`,
  ];
}

/** Every page opens by itself, asks for nothing twice, and has a name and one heading. */
async function everyPageOpens(goody: Goody, date: Record<string, string>): Promise<void> {
  for (const path of await everyPage(goody, date)) {
    const { page, reads, complaints } = await visit(browser, goody.address + path);
    await page.waitForLoadState('networkidle');
    expect(reads.length, `what ${path} asks for`).toBeGreaterThan(0);
    expect(new Set(reads).size, `${path} asks for ${reads.join(' and ')}`).toBe(reads.length);
    expect(await page.title(), path).toMatch(/^.+ · Goody$/);
    expect(await page.getByRole('heading', { level: 1 }).count(), `headings of ${path}`).toBe(1);
    expect(complaints, path).toEqual([]);
    await page.context().close();
  }
}

describe('with demo orders', () => {
  let goody: Goody;

  beforeAll(async () => {
    goody = await Goody.backfilled();
  });

  afterAll(() => goody?.end());

  test('the way leads from the vendors to one order, and back to where it began', () => thereAndBack(goody, {}));

  test('every page opens by itself and asks for nothing twice', () => everyPageOpens(goody, {}));

  test('the sections are one step apart, and the one that is open is marked', async () => {
    const walk = await Walk.from(goody.address);
    const { page } = walk;
    const sections = page.getByRole('navigation', { name: 'Main' });
    const current = () => sections.locator('[aria-current="page"]').allInnerTexts();
    await expect.poll(() => current()).toEqual(['Overview']);
    for (const [name, path] of [
      ['Orders', '/orders'],
      ['Recent', '/orders/recent'],
      ['Overview', '/'],
    ] as const) {
      await walk.opens(at(path), () => sections.getByRole('link', { name }).click());
      await expect.poll(current).toEqual([name]);
    }
    walk.expectQuiet();
  });

  test.each([1280, 360])('nothing jumps on any page when a slow server answers, %i pixels wide', async (width) => {
    for (const path of await everyPage(goody, {})) {
      const context = await browser.newContext({ viewport: { width, height: 800 } });
      const page = await context.newPage();
      await page.addInitScript(() => {
        const shifts: number[] = [];
        Object.assign(window, { shifts });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) shifts.push((entry as PerformanceEntry & { value: number }).value);
        }).observe({ type: 'layout-shift', buffered: true });
      });
      // Long enough for the boxes that stand where the numbers will.
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

  test('the way leads from the vendors to one order, and back to where it began', () =>
    thereAndBack(goody, { date: OLIST_DATE }));

  test('every page opens by itself and asks for nothing twice', () => everyPageOpens(goody, { date: OLIST_DATE }));
});
