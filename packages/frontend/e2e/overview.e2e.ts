import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { VendorRow } from '../src/api/types';
import { byAttention } from '../src/pages/vendors/columns';
import { expectRow, expectSearch, heading, launch, read, rows, type Visit, visit, words } from './browser';
import { events } from './events';
import { Goody } from './goody';

const VENDORS = /^Vendors/;

let goody: Goody;
let browser: Browser;
let visited: Visit | undefined;

async function open(path: string): Promise<Visit> {
  visited = await visit(browser, goody.address + path);
  return visited;
}

const names = async () => (await rows(page(), VENDORS)).map((row) => row.Vendor);
const page = () => {
  if (visited === undefined) throw new Error('no page is open');
  return visited.page;
};

/** The sum of the gifts, which are in dollars, without cents. */
/** Lists of overdue orders begin with the one that is overdue for longest. */
const longestFirst = { sort: 'promise' };
const dollars = (value: VendorRow['overdueValue']) =>
  (value ?? []).map(({ amount }) => `$${Math.round(amount / 100)}`).join();

/** The texts that the page must show for a row of the API. Computed independently of the page's code. */
function expectedCells(row: VendorRow): Record<string, string> {
  const percent = (value: number) => `${value.toFixed(1)} %`;
  return {
    Vendor: words(`${row.name} ${row.category ?? ''}`),
    Reliability:
      row.reliabilityScore === null || row.reliabilityInterval === null
        ? '– none: nothing completed in these seven days'
        : `${percent(row.reliabilityScore)} ${row.reliabilityInterval.lower.toFixed(1)} to ${row.reliabilityInterval.upper.toFixed(1)}`,
    'On time':
      row.onTimePercentage === null
        ? '– none: no order was due in these seven days'
        : `${percent(row.onTimePercentage)} ${row.onTimeDeliveries} of ${row.dueOrders}`,
    Overdue: words(`${row.delayedOrders} of ${row.activeOrders} ${dollars(row.overdueValue)}`),
    Unshipped: String(row.unshippedOrders),
    Stalled: String(row.stalledOrders),
    Orders: String(row.totalOrders),
    Issues: String(row.issueCount),
    Risk: { high: 'High', medium: 'Medium', low: 'Low', insufficient: 'Too few orders' }[row.riskLevel],
  };
}

beforeAll(async () => {
  [goody, browser] = await Promise.all([Goody.start(), launch()]);
  await goody.send([
    ...events({
      vendorId: 'candles',
      arrived: 40,
      lost: 1,
      shipping: 5,
      unshipped: 2,
      arrivedBefore: 30,
      lostBefore: 3,
    }),
    ...events({
      vendorId: 'flowers',
      arrived: 56,
      arrivedLate: 4,
      lost: 12,
      damaged: 4,
      overdue: 4,
      arrivedBefore: 30,
    }),
    ...events({ vendorId: 'paper', arrived: 50, damaged: 10, cancelled: 2, overdue: 1, arrivedBefore: 30 }),
    ...events({ vendorId: 'wine.co:1', shipping: 3 }),
  ]);
  await goody.nameVendor('candles', 'Candle Works', 'Home');
  await goody.nameVendor('flowers', 'Premium Flowers', 'Flowers');
  await goody.nameVendor('paper', 'Paper & Ink', 'Stationery');
  // A vendor's name appears in the list a moment after the PUT request.
  await vi.waitFor(async () => {
    const { vendors } = await goody.read('/api/vendors');
    expect(vendors.filter((vendor) => vendor.category !== null)).toHaveLength(3);
  });
});

afterEach(async () => {
  const consoleErrors = visited?.consoleErrors;
  await visited?.page.context().close();
  visited = undefined;
  expect(consoleErrors ?? [], 'the console has no errors and no warnings').toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  await goody?.end();
});

describe('the overview', () => {
  test('shows the numbers that the API gives', async () => {
    const { page } = await open('/');
    const { current, trends } = await goody.read('/dashboard/summary');
    const tile = (name: string) => read(page.getByRole('region', { name, exact: true }));

    await expect.poll(() => tile('Overall reliability')).toContain(`${current.overallReliability?.toFixed(1)}%`);
    await expect
      .poll(() => tile('Overall reliability'))
      .toContain(`${Math.abs(trends.reliabilityTrend ?? 0).toFixed(1)} points`);
    await expect.poll(() => tile('On time')).toContain(`${current.onTimePercentage?.toFixed(1)}%`);
    await expect
      .poll(() => tile('Stuck orders'))
      .toContain(
        ` ${current.totalDelayedOrders} overdue of ${current.totalActiveOrders} open orders, $213 of gifts 2 not shipped in time, 5 stalled `,
      );
    await expect.poll(() => tile('Vendors at risk')).toContain(` ${current.atRiskVendors} `);
    expect(current.atRiskVendors, 'the test data has two vendors at risk').toBe(2);
    await expect.poll(() => heading(page)).toBe('2 vendors are at risk, 5 orders overdue.');

    const { vendors } = await goody.read('/api/vendors', byAttention);
    for (const vendor of vendors) await expectRow(page, VENDORS, expectedCells(vendor));
    await expect.poll(() => names()).toEqual(vendors.map((vendor) => expectedCells(vendor).Vendor));
  });

  test('begins with the call sheet: whom to call and what to say, with a mail that is written', async () => {
    const { page } = await open('/');
    const sheet = page.getByRole('region', { name: 'Whom to call' });
    const shown = await Promise.all((await sheet.getByRole('listitem').all()).map(read));
    expect(shown).toEqual([
      expect.stringMatching(
        /^Premium Flowers is failing Nothing delivered since \d+ \w+ \d{4}\. 4 overdue \(\$170\), 4 stalled\. 60 of 76 completed orders arrived; 56 of 80 due orders arrived on time; reliability is 21\.1 points worse than before\. \S+ % likely below 85 %\. Write/,
      ),
      expect.stringMatching(
        /^Paper & Ink is at risk Nothing delivered since \d+ \w+ \d{4}\. 1 overdue \(\$43\), 1 stalled\. 50 of 60 completed orders arrived; 50 of 61 due orders arrived on time; /,
      ),
      '5 orders past their promise $213 of gifts not arrived yet. Open orders: 2 not shipped in time, 5 stalled. All vendors: the worst first. See the 5 orders',
    ]);
    await sheet.getByRole('button', { name: 'Write to Premium Flowers' }).click();
    const dialog = page.getByRole('dialog', { name: 'Mail to Premium Flowers' });
    expect(await dialog.getByRole('textbox', { name: 'Subject' }).inputValue()).toBe('4 overdue orders');
    const text = await dialog.getByRole('textbox', { name: 'Text' }).inputValue();
    expect(text).toMatch(
      /^Hello Premium Flowers,\n\n4 orders are past the promise and not there yet:\n\n(- .+ late, .+\n){4}/,
    );
    await dialog.getByRole('button', { name: 'Close' }).click();
    await sheet.getByRole('link', { name: 'See the 5 orders' }).click();
    await expectSearch(page, { delayed: 'true', status: 'PLACED,SHIPPING_ON_TIME,SHIPPING_DELAYED', ...longestFirst });
  });

  test('links its numbers to the orders and vendors that they count', async () => {
    const { page } = await open('/');
    const active = 'PLACED,SHIPPING_ON_TIME,SHIPPING_DELAYED';
    await page.getByRole('link', { name: 'Stuck orders' }).click();
    await expectSearch(page, { delayed: 'true', status: active, ...longestFirst });
    await page.goBack();
    await page.getByRole('link', { name: 'Vendors at risk' }).click();
    await expectSearch(page, { risk: 'high,medium' });
    expect(new URL(page.url()).pathname).toBe('/vendors');
    await expect.poll(async () => (await names()).length).toBe(2);
    const row = page.getByRole('row', { name: 'Premium Flowers' });
    await row.getByRole('link', { name: '4 overdue: show the orders' }).click();
    await expectSearch(page, { vendorId: 'flowers', delayed: 'true', status: active, ...longestFirst });
    await expect
      .poll(() => read(page.getByRole('navigation', { name: 'Main' }).locator('[aria-current=page]')))
      .toBe('Orders');
  });

  test('shows a chart of 30 days with a text alternative, which states that today is not over', async () => {
    const { page } = await open('/');
    const { days } = await goody.read('/api/dashboard/history');
    const overdue = days.map((day) => day.totalDelayedOrders);
    const drawing = page.getByRole('img', { name: /^Overdue orders, 30 days to / });
    expect(await drawing.getAttribute('aria-label')).toContain(
      `: from ${overdue[0]} to ${overdue.at(-1)}, lowest ${Math.min(...overdue)}, highest ${Math.max(...overdue)}; today is not over`,
    );
  });

  test('shows a total of all vendors under the table, unless a filter is on', async () => {
    const { page } = await open('/vendors');
    const { current } = await goody.read('/dashboard/summary');
    const all = page.getByRole('row', { name: 'All vendors' });
    await expect.poll(() => read(all)).toContain(`All vendors ${current.overallReliability?.toFixed(1)} % `);
    await expect
      .poll(() => read(all))
      .toContain(` 5 of ${current.totalActiveOrders} $213 2 5 ${current.totalOrders} ${current.issueCount} `);
    await page.getByRole('button', { name: 'High risk' }).click();
    await expect.poll(() => all.count()).toBe(0);
  });

  test('exports the vendors that match the filter', async () => {
    const { page } = await open('/vendors?risk=high,medium&sortBy=name&order=asc');
    const address = await page.getByRole('link', { name: 'Export CSV' }).getAttribute('href');
    const csv = await (await fetch(goody.address + address)).text();
    expect(csv.trim().split('\n')).toHaveLength(1 + 2);
    const json = await page.getByRole('link', { name: 'Export NDJSON' }).getAttribute('href');
    const lines = (await (await fetch(goody.address + json)).text()).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as VendorRow).name)).toEqual(['Paper & Ink', 'Premium Flowers']);
  });

  test('on a phone shows cards with table roles, and a list for sorting', async () => {
    const { page } = await open('/vendors');
    await page.setViewportSize({ width: 360, height: 800 });
    await page.getByRole('combobox', { name: 'Sort by' }).selectOption('Issues, highest first');
    await expectSearch(page, { sortBy: 'issueCount', order: 'desc' });
    await expect.poll(async () => (await names())[0]).toBe('Premium Flowers Flowers');
    const row = page.getByRole('row', { name: 'Premium Flowers' });
    await expect.poll(() => row.getByRole('cell').count()).toBe(10);
  });

  test('shows the age of its data, in the time zone of the browser, and the system health', async () => {
    visited = await visit(browser, goody.address, { timezoneId: 'Asia/Tokyo' });
    const { page } = visited;
    await expect
      .poll(() => read(page.getByText(/^Read just now/)))
      .toMatch(/^Read just now; data as of .+ \(Asia\/Tokyo\), days in UTC; latest event then \d+ minutes ago\.$/);
    await page.getByRole('region', { name: 'System health' }).waitFor();
  });

  test('shows a missing number as a dash with a reason, never as zero', async () => {
    await open('/vendors?q=wine');
    await expectRow(page(), VENDORS, {
      Vendor: 'wine.co:1',
      Reliability: '– none: nothing completed in these seven days',
      'On time': '– none: no order was due in these seven days',
      Trend: '– none: nothing completed then or now',
      Risk: 'Too few orders',
    });
  });

  test('sorts by a column heading, by mouse and by keyboard, in the order of the API', async () => {
    const { page } = await open('/vendors');
    const sorted = async (order: string) =>
      (await goody.read('/api/vendors', { sortBy: 'issueCount', order })).vendors.map(
        (vendor) => expectedCells(vendor).Vendor,
      );

    await page.getByRole('button', { name: 'Issues' }).click();
    await expectSearch(page, { sortBy: 'issueCount', order: 'desc' });
    await expect.poll(names).toEqual(await sorted('desc'));
    await expect
      .poll(() => page.getByRole('columnheader', { name: 'Issues' }).getAttribute('aria-sort'))
      .toBe('descending');

    await page.getByRole('button', { name: 'Issues' }).focus();
    await page.keyboard.press('Enter');
    await expectSearch(page, { sortBy: 'issueCount', order: 'asc' });
    await expect.poll(names).toEqual(await sorted('asc'));
    await expect
      .poll(() => page.getByRole('columnheader', { name: 'Issues' }).getAttribute('aria-sort'))
      .toBe('ascending');
  });

  test('searches, and shows when no vendor matches', async () => {
    const { page } = await open('/vendors');
    const search = page.getByRole('searchbox', { name: 'Search vendors' });

    await search.fill('paper');
    await search.press('Enter');
    await expectSearch(page, { q: 'paper' });
    await expect.poll(names).toEqual(['Paper & Ink Stationery']);
    await expect.poll(() => heading(page)).toBe('1 vendor matches');

    await search.fill('no such vendor');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('heading', { name: 'No vendor matches' }).waitFor();
    await page.getByRole('link', { name: 'Show all vendors' }).click();
    await expectSearch(page, {});
    await expect.poll(async () => (await names()).length).toBe(4);
    await expect.poll(() => search.inputValue()).toBe('');
  });

  test('filters by one or several risk levels', async () => {
    const { page } = await open('/vendors');
    const risks = async () => (await rows(page, VENDORS)).map((row) => row.Risk).sort();

    await page.getByRole('button', { name: 'High risk' }).click();
    await expectSearch(page, { risk: 'high' });
    await expect.poll(risks).toEqual(['High']);
    await page.getByRole('button', { name: 'Medium risk' }).click();
    await expectSearch(page, { risk: 'high,medium' });
    await expect.poll(risks).toEqual(['High', 'Medium']);
    await expect.poll(() => page.getByRole('button', { name: 'High risk' }).getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: 'High risk' }).click();
    await expectSearch(page, { risk: 'medium' });
  });

  test('is the same after a reload', async () => {
    const { page } = await open('/vendors?sortBy=name&order=desc&q=p');
    const before = await rows(page, VENDORS);
    expect(before.map((row) => row.Vendor)).toEqual(['Premium Flowers Flowers', 'Paper & Ink Stationery']);
    await page.reload();
    await expect.poll(() => rows(page, VENDORS)).toEqual(before);
    await expect.poll(() => page.getByRole('searchbox').inputValue()).toBe('p');
    await expect
      .poll(() => page.getByRole('columnheader', { name: 'Vendor' }).getAttribute('aria-sort'))
      .toBe('descending');
  });

  test('links to a vendor, and back to the same list', async () => {
    const { page } = await open('/vendors?sortBy=name&order=desc');
    const before = await rows(page, VENDORS);

    await page.getByRole('link', { name: 'Paper & Ink', exact: true }).click();
    await expect.poll(() => heading(page)).toBe('Paper & Ink');
    expect(new URL(page.url()).pathname).toBe('/vendors/paper');
    await page.getByRole('link', { name: 'All vendors' }).click();
    await expectSearch(page, { sortBy: 'name', order: 'desc' });
    await expect.poll(() => rows(page, VENDORS)).toEqual(before);

    await page.goForward();
    await expect.poll(() => heading(page)).toBe('Paper & Ink');
    await page.goBack();
    await expect.poll(() => rows(page, VENDORS)).toEqual(before);
  });

  test('keeps the date in its links, and offers a link to today', async () => {
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    const { page } = await open(`/?date=${yesterday}`);
    const { current } = await goody.read('/dashboard/summary', { date: yesterday });
    const stuck = page.getByRole('region', { name: 'Stuck orders', exact: true });
    await expect
      .poll(() => read(stuck))
      .toContain(` ${current.totalDelayedOrders} overdue of ${current.totalActiveOrders} open orders `);

    // The vendor got its name today.
    await page.getByRole('link', { name: 'candles', exact: true }).click();
    await expect.poll(() => heading(page)).toBe('candles');
    await expectSearch(page, { date: yesterday });
    await page.getByRole('link', { name: 'Show today' }).click();
    await expectSearch(page, {});
    await expect.poll(() => heading(page)).toBe('Candle Works');
  });

  test('has a bar of dates: the days next to this one, any other, and today, kept on the page of a vendor', async () => {
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
    const { page, consoleErrors } = await open('/');
    const bar = page.getByRole('navigation', { name: 'Date' });
    expect(await bar.getByRole('link').count(), 'no day after today').toBe(1);
    await bar.getByRole('link', { name: /^The day before/ }).click();
    await expectSearch(page, { date: daysAgo(1) });
    await expect.poll(() => page.title()).toMatch(/^Overview · .+ \d{4} · Goody$/);

    await page.getByRole('link', { name: 'candles', exact: true }).click();
    await expect.poll(() => heading(page)).toBe('candles');
    await expectSearch(page, { date: daysAgo(1) });
    await bar.getByLabel('Date', { exact: true }).fill(daysAgo(3));
    await expectSearch(page, { date: daysAgo(3) });
    await expect.poll(() => page.title()).toMatch(/^candles · .+ · Goody$/);
    // The address changes before the page has loaded.
    const after = bar.getByRole('link', { name: /^The day after/ });
    await expect.poll(() => after.getAttribute('href')).toContain(daysAgo(2));
    await after.click();
    await expectSearch(page, { date: daysAgo(2) });
    await bar.getByRole('link', { name: 'Show today' }).click();
    await expectSearch(page, {});
    expect(consoleErrors).toEqual([]);
  });

  test('asks once however often Refresh is pressed meanwhile', async () => {
    const { page, requests } = await open('/');
    await page.getByRole('region', { name: 'Stuck orders', exact: true }).waitFor();
    await page.route('**/dashboard/summary*', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await route.continue();
    });
    const before = requests.length;
    for (let press = 0; press < 5; press += 1) await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText(/^Refreshed at/).waitFor({ state: 'attached' });
    expect(requests.slice(before).filter((path) => path.startsWith('/dashboard/summary'))).toHaveLength(1);
  });

  test('says once a minute what has changed since it was read, and stays as it is', async () => {
    const { page } = await open('/');
    await page.clock.install();
    await page.reload();
    await page.getByText(/^Read just now; data as of /).waitFor();
    const stuck = page.getByRole('region', { name: 'Stuck orders', exact: true });
    const before = await read(stuck);
    await page.clock.fastForward(61_000);
    await page.getByText('Nothing has changed since.').waitFor();
    await goody.send(
      events({ vendorId: 'candles', shipping: 2 }, Date.now() - 60_000).map((event) => ({
        ...event,
        orderId: `since-${event.orderId}`,
      })),
    );
    await page.clock.fastForward(61_000);
    await page.getByText('Since then: 2 more placed. Refresh shows them.').waitFor();
    expect(await read(stuck)).toBe(before);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect.poll(() => page.getByText('Since then:').count()).toBe(0);
  });

  test('and so does the page of a vendor', async () => {
    const { page } = await open('/vendors/candles');
    await page.clock.install();
    await page.reload();
    await page.getByText(/^Read just now; data as of .*; latest event of this vendor /).waitFor();
    await page.clock.fastForward(61_000);
    await page.getByText('Nothing has changed since.').waitFor();
    await goody.send(
      events({ vendorId: 'candles', overdue: 1 }).map((event) => ({ ...event, orderId: `vendor-${event.orderId}` })),
    );
    await page.clock.fastForward(61_000);
    await page.getByText('Since then: 1 more placed, 1 more overdue, 1 more stalled. Refresh shows them.').waitFor();
  });

  test('has keys: the rows, the search, and the list of them', async () => {
    const { page } = await open('/');
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await expect.poll(focused).toBe('Paper & Ink');
    await page.keyboard.press('k');
    await expect.poll(focused).toBe('Premium Flowers');
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    await keys.getByText('The next row').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => keys.count()).toBe(0);
    await page.keyboard.press('/');
    await page.getByRole('dialog', { name: 'Find' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await expect.poll(() => heading(page)).toBe('Premium Flowers');
  });

  test('keeps the choice of columns and dense rows', async () => {
    const { page } = await open('/vendors');
    const heads = () => page.getByRole('region', { name: VENDORS }).getByRole('columnheader').allInnerTexts();
    expect((await heads()).map(words)).toContain('STALLED');
    await page.getByText('Columns').click();
    await page.getByRole('checkbox', { name: 'Stalled' }).uncheck();
    await page.getByRole('checkbox', { name: 'Dense rows' }).check();
    await expect.poll(async () => (await heads()).map(words)).not.toContain('STALLED');
    await page.reload();
    await expect.poll(async () => (await heads()).map(words)).not.toContain('STALLED');
    await page.getByText('Columns, 1 hidden').click();
    await expect.poll(() => page.getByRole('checkbox', { name: 'Dense rows' }).isChecked()).toBe(true);
  });

  test('sends requests when it opens and when Refresh is pressed, and at no other time', async () => {
    const { page, requests } = await open('/');
    const opened = ['/api/dashboard/history', '/api/vendors?limit=20', '/dashboard/summary'];
    expect([...requests].sort()).toEqual(opened);
    const orders = async () => (await rows(page, VENDORS)).find((row) => row.Vendor?.startsWith('Candle'))?.Orders;
    const before = Number(await orders());

    await goody.send(
      events({ vendorId: 'candles', shipping: 1 }, Date.now() - 60_000).map((event) => ({
        ...event,
        orderId: 'new-1',
      })),
    );
    await page.bringToFront();
    expect(Number(await orders())).toBe(before);
    expect(requests).toHaveLength(opened.length);

    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect.poll(async () => Number(await orders())).toBe(before + 1);
    await page.getByText('Refreshed at').waitFor({ state: 'attached' });
    expect([...requests].sort()).toEqual([...opened, ...opened].sort());
  });

  test('sorts by attention again from the list of sorts, and by what has no column', async () => {
    const { page } = await open('/vendors?sortBy=name&order=desc');
    const sort = page.getByRole('combobox', { name: 'Sort by' });
    await sort.selectOption('Open orders, highest first');
    await expectSearch(page, { sortBy: 'activeOrders', order: 'desc' });
    await expect.poll(async () => (await names())[0]).toBe('Candle Works Home');
    await sort.selectOption('Attention, worst first');
    await expectSearch(page, {});
    await expect.poll(async () => (await names())[0]).toBe('Premium Flowers Flowers');
    await page.getByRole('button', { name: 'Unshipped' }).click();
    await expectSearch(page, { sortBy: 'unshippedOrders', order: 'desc' });
    await expect.poll(async () => (await names())[0]).toBe('Candle Works Home');
  });

  test('has a link for the keyboard that skips the header', async () => {
    const { page } = await open('/');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main');
  });

  test('loads few and small files', async () => {
    const { page } = await open('/');
    const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name));
    expect(loaded.length + 1, `requests: the page, ${loaded.join(', ')}`).toBeLessThanOrEqual(6);

    const scripts = loaded.filter((url) => url.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan(0);
    const sizes = await Promise.all(
      scripts.map(async (url) => gzipSync(Buffer.from(await (await fetch(url)).arrayBuffer())).byteLength),
    );
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(total, 'bytes of JavaScript, compressed').toBeLessThanOrEqual(114_500);
  });
});
