import type { components } from '@goody/api';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Interval, VendorDay } from '../src/api/types';
import { issueStatuses } from '../src/format/labels';
import { expectRow, expectSearch, heading, launch, read, rows, visit, words } from './browser';
import { events } from './events';
import { Goody, hasOlist, OLIST_DATE } from './goody';

let goody: Goody;
let browser: Browser;

beforeAll(async () => {
  [goody, browser] = await Promise.all([Goody.start(), launch()]);
  await goody.send([
    ...events({
      vendorId: 'flowers',
      arrived: 28,
      arrivedLate: 2,
      lost: 6,
      damaged: 2,
      cancelled: 1,
      shipping: 3,
      overdue: 4,
      arrivedBefore: 30,
      lostBefore: 1,
    }),
    // High, medium and low risk. Flowers are at high risk, too, by what is late.
    ...events({ vendorId: 'fashion', arrived: 60, lost: 30, overdue: 12, arrivedBefore: 50, lostBefore: 2 }),
    ...events({ vendorId: 'toys', arrived: 82, damaged: 18 }),
    ...events({ vendorId: 'candles', arrived: 60, arrivedBefore: 40, lostBefore: 4 }),
    ...events({ vendorId: 'mugs', arrived: 3, lost: 1 }),
    ...events({ vendorId: 'wine.co:1', shipping: 3 }),
  ]);
  await register('flowers', {
    name: 'Premium Flowers',
    category: 'Flowers',
    supportContact: 'care@flowers.example',
    contractStartDate: '2025-05-10',
    slaPromises: { standardDelivery: 4, rushDelivery: 1 },
  });
  await register('fashion', {
    name: 'Fast Fashion International Trading Company and Sons of the Northern Provinces, Limited',
    supportContact: 'support@fast-fashion-international-trading-company.example',
    contractStartDate: '2025-01-31',
    slaPromises: { standardDelivery: 3, rushDelivery: 1 },
  });
  await register('newcomer', { name: 'New Comer', supportContact: '+1 415 555 0134', isActive: false });
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

afterAll(async () => {
  await browser?.close();
  await goody?.end();
});

/** Stores the master data of a vendor. */
async function register(id: string, vendor: components['schemas']['PutVendor']): Promise<void> {
  const response = await fetch(`${goody.address}/api/vendors/${id}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(vendor),
  });
  expect(response.ok, `PUT ${id}: ${response.status}`).toBe(true);
}

const tile = (page: Page, name: string) => read(page.getByRole('region', { name, exact: true }));
const open = (path: string) => visit(browser, goody.address + path);
const percent = (value: number | null | undefined) => `${value?.toFixed(1)} %`;
const percentWith = (value: number | null, interval: Interval | null) =>
  `${percent(value)} ${interval?.lower.toFixed(1)} to ${interval?.upper.toFixed(1)}`;
const chart = (page: Page) => page.getByRole('application', { name: /^Reliability and orders, day by day/ });

/** The days of a vendor's history from the API. */
async function history(id: string, days: number): Promise<VendorDay[]> {
  const to = new Date().toISOString().slice(0, 10);
  const from = new Date(Date.parse(to) - (days - 1) * 86_400_000).toISOString().slice(0, 10);
  return (await goody.readAt<'/api/vendors/{id}/history'>(`/api/vendors/${id}/history`, { from, to })).days;
}

describe('the vendor page', () => {
  test('shows the numbers of its report, and those of the previous week', async () => {
    const { page, consoleErrors, requests } = await open('/vendors/flowers');
    const { report } = await goody.readAt<'/vendors/{id}/report'>('/vendors/flowers/report');
    const { current7d: current, previous7d: previous } = report;

    await expect.poll(() => heading(page)).toBe('Premium Flowers');
    const reliability = await tile(page, 'Reliability');
    expect(reliability).toContain(`${current.reliabilityScore?.toFixed(1)}%`);
    expect(reliability.toLowerCase()).toContain(
      `likely between ${current.reliabilityInterval?.lower.toFixed(1)} and ${current.reliabilityInterval?.upper.toFixed(1)} %`,
    );
    expect(await tile(page, 'Average delivery')).toContain(
      `${((current.avgDeliveryHours ?? Number.NaN) / 24).toFixed(1)} days 30 orders arrived, within the promise of 4 days; 28 of 42 due on time`,
    );
    expect(await tile(page, 'On time')).toContain(
      `${current.onTimePercentage?.toFixed(1)}% 28 of 42 due; likely between ${current.onTimeInterval?.lower.toFixed(1)} and ${current.onTimeInterval?.upper.toFixed(1)} %. Order by order ${Math.abs(report.trends.onTimePercentage ?? 0).toFixed(1)} points, worse than the week before`,
    );
    expect(await tile(page, 'Handed over in time')).toMatch(/ – .*No order was to be handed over in these seven days/);

    const both = /^Both/;
    const headings = await page.getByRole('region', { name: both }).getByRole('columnheader').allTextContents();
    const [these = '', before = ''] = headings.slice(1);
    expect(before, 'the seven days before').not.toBe(these);
    await expectRow(page, both, {
      Number: 'Issue rate',
      [these]: percent(current.issueRate),
      [before]: percent(previous.issueRate),
      Change: `+${report.trends.issueRate?.toFixed(1)} worse`,
    });
    await expectRow(page, both, {
      Number: 'On time',
      [these]: percentWith(current.onTimePercentage, current.onTimeInterval),
      [before]: percentWith(previous.onTimePercentage, previous.onTimeInterval),
    });
    await expectRow(page, both, {
      Number: 'Orders placed',
      [these]: String(current.totalOrders),
      [before]: String(previous.totalOrders),
    });
    const paths = requests.map((path) => path.split('?')[0]).sort();
    expect(paths, 'each request is sent once').toEqual([
      '/api/orders',
      '/api/vendors/flowers/history',
      '/api/vendors/flowers/signals',
      '/vendors/flowers/report',
      '/vendors/flowers/report',
    ]);
    expect(consoleErrors).toEqual([]);
  });

  test('shows the id, category, contract and contact of the vendor', async () => {
    const { page } = await open('/vendors/flowers');
    const facts = page.getByRole('main').locator('dl').filter({ hasText: 'Category' });
    expect(await read(facts)).toMatch(
      /ID flowers CATEGORY Flowers CONTACT care@flowers.example CONTRACT SINCE 10 May 2025 DELIVERY PROMISE 4 days, rush 1 day/i,
    );
    await page.getByRole('button', { name: 'Write to the vendor' }).click();
    const dialog = page.getByRole('dialog', { name: 'Mail to Premium Flowers' });
    const send = dialog.getByRole('link', { name: 'Open in the mail program' });
    await expect
      .poll(() => send.getAttribute('href'))
      .toMatch(/^mailto:care@flowers\.example\?subject=.+&body=Hello%20Premium%20Flowers%2C/);
    await dialog.getByRole('textbox', { name: 'Text' }).fill('Good morning!');
    await expect.poll(() => send.getAttribute('href')).toMatch(/&body=Good%20morning!$/);
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog.count()).toBe(0);
  });

  test.each([
    ['fashion', 'High risk', '60 of 90 completed orders arrived; 60 of 102 due orders arrived on time.'],
    ['flowers', 'High risk', '28 of 42 due orders arrived on time; 30 of 38 completed orders arrived.'],
    ['toys', 'Medium risk', '82 of 100 completed orders arrived; 82 of 100 due orders arrived on time.'],
    ['candles', 'Low risk', '60 of 60 completed orders arrived; 60 of 60 due orders arrived on time.'],
    [
      'mugs',
      'Too few orders to judge',
      'Too few orders to judge: 3 of 4 completed orders arrived; 3 of 4 due orders arrived on time.',
    ],
  ])('of %s shows: %s', async (id, risk, sentence) => {
    const { page } = await open(`/vendors/${id}`);
    const { vendors } = await goody.read('/api/vendors', { q: id });
    expect(vendors[0]?.riskLevel).toBe(risk.startsWith('Too few') ? 'insufficient' : risk.split(' ')[0]?.toLowerCase());
    await page.getByText(risk, { exact: true }).waitFor();
    await page.getByText(sentence, { exact: true }).waitFor();
    const likelihood = page.getByText('likely that a rate of the seven days is below 85');
    await expect.poll(() => likelihood.count()).toBe(vendors[0]?.riskProbability === null ? 0 : 1);
  });

  test('counts what is to chase, and links to the overdue orders', async () => {
    const { page } = await open('/vendors/fashion');
    const chase = page.getByRole('region', { name: 'To chase' });
    expect(await read(chase)).toMatch(
      /^OVERDUE 12 of 12 \$510 UNSHIPPED 0 past their ship-by STALLED 12 on their way, without news LAST ARRIVAL 2 days ago /i,
    );
    await chase.getByRole('link', { name: '12 overdue: show the orders' }).click();
    await expectSearch(page, {
      vendorId: 'fashion',
      delayed: 'true',
      status: 'PLACED,SHIPPING_ON_TIME,SHIPPING_DELAYED',
      sort: 'promise',
    });
  });

  test('counts its orders by status, and the counts add up', async () => {
    const { page } = await open('/vendors/flowers');
    const { report } = await goody.readAt<'/vendors/{id}/report'>('/vendors/flowers/report');
    const table = await rows(page, /^Orders by status/);
    const count = (status: string) => Number(table.find((row) => row.Status === status)?.Orders);

    expect(count('Lost')).toBe(report.current7d.statusCounts.LOST);
    expect(count('Shipping, delayed')).toBe(report.current7d.statusCounts.SHIPPING_DELAYED);
    expect(count('Placed') + count('Shipping, on time') + count('Shipping, delayed')).toBe(count('Active'));
    expect(count('Active')).toBe(report.activeOrders);
    expect(count('Ended in these seven days')).toBe(
      report.current7d.completedOrders + report.current7d.cancelledOrders,
    );
    const total = await read(page.getByRole('row', { name: 'Total' }));
    expect(total).toBe(`Total ${count('Active') + count('Ended in these seven days')} 100.0 %`);
  });

  test('lists the recent issues, with the exact time in a tooltip', async () => {
    const { page } = await open('/vendors/flowers');
    const { recentIssues } = await goody.readAt<'/vendors/{id}/report'>('/vendors/flowers/report');
    const listed = await rows(page, /^Recent issues/);
    expect(listed.map((row) => row.Order)).toEqual(recentIssues.slice(0, 10).map((order) => order.orderId));
    const lost = recentIssues.find((order) => order.status === 'LOST');
    expect(listed.find((row) => row.Order === lost?.orderId)).toMatchObject({
      Issue: 'Lost',
      Ended: '1 day ago',
      Reason: 'not seen since the depot',
      Value: '$42.50',
    });
    const ended = page.getByRole('row', { name: lost?.orderId }).locator('time').first();
    await expect.poll(() => ended.getAttribute('datetime')).toBe(lost?.completedAt);
    await expect.poll(() => ended.getAttribute('title')).toMatch(/^\d+ \w+ \d{4}, [\d:]+ UTC$/);
  });

  test('lists the overdue orders, oldest promise first, and counts all of them', async () => {
    const { page } = await open('/vendors/fashion');
    const filter = {
      vendorId: 'fashion',
      delayed: 'true',
      status: 'PLACED,SHIPPING_ON_TIME,SHIPPING_DELAYED',
      sort: 'promise',
    };
    const { orders, summary } = await goody.read('/api/orders', { ...filter, limit: '100' });
    expect(summary.total).toBe(12);
    const overdue = page.getByRole('region', { name: '12 overdue, still open' });
    const byPromise = orders.toSorted((a, b) => (a.estimatedDelivery ?? '').localeCompare(b.estimatedDelivery ?? ''));
    const listed = await overdue
      .getByRole('listitem')
      .evaluateAll((items) => items.map((item) => item.textContent ?? ''));
    expect(listed).toHaveLength(8);
    for (const [index, text] of listed.entries()) {
      expect(words(text)).toMatch(/^1 d late/);
      expect(text).toContain(byPromise[index]?.orderId);
      expect(text).toContain('$42.50');
    }
    await overdue.getByRole('link', { name: 'All 12 overdue' }).click();
    await expectSearch(page, filter);
    expect(new URL(page.url()).pathname).toBe('/orders');
    await expect.poll(() => heading(page)).toBe('12 overdue orders.');
  });
});

describe('the history of a vendor', () => {
  test('can be read day by day with the arrow keys, and shows the numbers of each day', async () => {
    const { page, requests } = await open('/vendors/flowers');
    const days = await history('flowers', 30);
    const readout = page.locator('[aria-live="polite"]').filter({ hasText: 'Placed that day' });
    const issues = (count: number) => (count === 1 ? '1 issue' : `${count} issues`);
    const expectDay = async (day: VendorDay | undefined, named: RegExp) => {
      if (day === undefined) throw new Error('the history has no such day');
      await expect.poll(() => read(readout)).toMatch(named);
      const said = await read(readout);
      if (day.reliabilityScore === null) expect(said).toContain('Reliability, 7 days – ');
      else {
        expect(said).toContain(`Reliability, 7 days ${percent(day.reliabilityScore)}`);
        const { lower, upper } = day.reliabilityInterval ?? { lower: Number.NaN, upper: Number.NaN };
        expect(said).toContain(`Likely between ${lower.toFixed(1)} and ${upper.toFixed(1)} %`);
      }
      expect(said).toContain(`Completed, 7 days ${day.completedOrders}, ${issues(day.issueCount)}`);
      expect(said).toContain(`Placed that day ${day.day.placedOrders}`);
      expect(said).toContain(`Completed that day ${day.day.completedOrders}, ${issues(day.day.issueCount)}`);
    };
    const inFull = (day: VendorDay | undefined) =>
      new RegExp(`${Number(day?.date.slice(8))} \\w+ ${day?.date.slice(0, 4)}`);

    await chart(page).focus();
    await expectDay(days.at(-1), /not over/);
    for (const [key, index] of [
      ['ArrowLeft', 28],
      ['ArrowLeft', 27],
      ['ArrowRight', 28],
      ['PageUp', 21],
      ['PageDown', 28],
      ['Home', 0],
      ['ArrowLeft', 0],
      ['End', 29],
      ['ArrowRight', 29],
    ] as const) {
      await page.keyboard.press(key);
      await expectDay(days[index], inFull(days[index]));
    }

    // With the pointer: the days divide the width of the chart evenly.
    const box = await chart(page).boundingBox();
    if (box === null) throw new Error('the chart is not visible');
    const axis = 36;
    const at = (index: number) => box.x + axis + ((index + 0.5) * (box.width - axis)) / 30;
    await page.mouse.move(at(20), box.y + 100);
    await expectDay(days[20], inFull(days[20]));
    expect(requests).toHaveLength(5);
  });

  test('describes its use for screen readers, and Tab leaves it', async () => {
    const { page } = await open('/vendors/flowers');
    const help = await chart(page).getAttribute('aria-describedby');
    expect(words((await page.locator(`[id="${help}"]`).textContent()) ?? '')).toMatch(/press ← → to read one day/);
    await chart(page).focus();
    await page.keyboard.press('Tab');
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    await expect.poll(focused).toMatch(/^\d+ completed, .*: show the orders$/);
  });

  test('opens the orders of a day', async () => {
    const { page } = await open('/vendors/flowers');
    const newestFirst = (await history('flowers', 30)).toReversed();
    const index = newestFirst.findIndex(({ day }) => day.issueCount > 0);
    const day = newestFirst[index];
    if (day === undefined) throw new Error('no day has an issue');
    await page.getByText('Show as table').click();
    const row = page.locator('tr', { has: page.locator('td:nth-child(9)') }).nth(index);
    await row.getByRole('link').last().click();
    const status = issueStatuses.join();
    await expectSearch(page, { vendorId: 'flowers', completedFrom: day.date, completedTo: day.date, status });
    await expect.poll(() => heading(page)).toMatch(new RegExp(`^${day.day.issueCount} `));
  });

  test('is available as a table with the same numbers', async () => {
    const { page } = await open('/vendors/flowers');
    const days = await history('flowers', 30);
    expect(await page.getByRole('region', { name: /^Numbers of each day/ }).isVisible()).toBe(false);
    await page.getByText('Show as table').click();
    const table = await rows(page, /^Numbers of each day/);
    expect(table).toHaveLength(30);
    const today = days.at(-1);
    expect(table[0]).toMatchObject({
      'Reliability, 7 days': percent(today?.reliabilityScore),
      'On time, 7 days': percent(today?.onTimePercentage),
      'Completed, 7 days': String(today?.completedOrders),
      'Issues, 7 days': String(today?.issueCount),
      'Placed that day': String(today?.day.placedOrders),
    });
    expect(table.map((row) => Number(row['Placed that day']))).toEqual(
      days.map((day) => day.day.placedOrders).toReversed(),
    );
    // No order completed on the oldest days, which must not show as 0 %.
    expect(table.at(-1)?.['Reliability, 7 days']).toMatch(/^–/);
  });

  test('shows ninety days by URL, without further requests', async () => {
    const { page, requests, consoleErrors } = await open('/vendors/flowers');
    await page.getByRole('heading', { name: 'Last 30 days' }).waitFor();
    const spans = page.getByRole('navigation', { name: 'Days shown' });
    await spans.getByRole('link', { name: '90 days' }).click();
    await page.getByRole('heading', { name: 'Last 90 days' }).waitFor();
    await expectSearch(page, { days: '90' });
    await expect.poll(() => spans.locator('[aria-current]').allTextContents()).toEqual(['90 days']);
    expect(requests).toHaveLength(5);

    await page.reload();
    await page.getByRole('heading', { name: 'Last 90 days' }).waitFor();
    expect(requests).toHaveLength(10);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect.poll(() => requests.length).toBe(15);
    await spans.getByRole('link', { name: '30 days' }).click();
    await expectSearch(page, {});
    await page.getByRole('heading', { name: 'Last 30 days' }).waitFor();
    expect(consoleErrors).toEqual([]);
  });
});

describe('the links of a vendor', () => {
  test('lead to its orders and to one order, and back to the same list of vendors', async () => {
    const { page, consoleErrors } = await open('/vendors?q=flow&sortBy=name');
    await page.getByRole('link', { name: 'Premium Flowers', exact: true }).first().click();
    await expect.poll(() => heading(page)).toBe('Premium Flowers');

    await page.getByRole('link', { name: 'View orders' }).click();
    await expectSearch(page, { vendorId: 'flowers' });
    await page.getByRole('main').getByRole('link', { name: 'Premium Flowers' }).first().click();
    await expect.poll(() => heading(page)).toBe('Premium Flowers');

    const [first] = await rows(page, /^Recent issues/);
    await page.getByRole('link', { name: first?.Order, exact: true }).click();
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/orders/${first?.Order}`);
    await page.goBack();
    await expect.poll(() => heading(page)).toBe('Premium Flowers');
    // A change of the period adds no entry to the browser's history.
    await page.getByRole('link', { name: '90 days' }).click();
    await page.getByRole('heading', { name: 'Last 90 days' }).waitFor();
    await page.getByRole('link', { name: 'All vendors' }).click();
    await expectSearch(page, { q: 'flow', sortBy: 'name' });
    expect(consoleErrors).toEqual([]);
  });
});

describe('vendors without data', () => {
  test('without completed orders show "nothing completed", not zero', async () => {
    const { page, consoleErrors } = await open(`/vendors/${encodeURIComponent('wine.co:1')}`);
    await expect.poll(() => heading(page)).toBe('wine.co:1');
    expect(await tile(page, 'Reliability')).toMatch(/^RELIABILITY – .*Nothing completed in these seven days/i);
    await page.getByText('Nothing completed and nothing was due in 7 days; 3 orders are open.').waitFor();
    await page.getByText('Not registered').waitFor();
    await page.getByRole('heading', { name: 'No order went wrong' }).waitFor();
    await page.getByRole('heading', { name: 'None overdue' }).waitFor();
    expect(consoleErrors).toEqual([]);
  });

  test('without any order show a notice and no number', async () => {
    const { page, consoleErrors } = await open('/vendors/newcomer');
    await page.getByRole('heading', { name: 'No order of this vendor yet' }).waitFor();
    await page.getByText('Takes no new orders').waitFor();
    await page.getByRole('button', { name: 'Write to the vendor' }).click();
    const dialog = page.getByRole('dialog', { name: 'Mail to New Comer' });
    await dialog.getByText('To +1 415 555 0134').waitFor();
    expect(await dialog.getByRole('link').count(), 'a phone number is no address of mail').toBe(0);
    expect(await page.getByRole('region').count()).toBe(0);
    expect(consoleErrors).toEqual([]);
  });

  test('on a past date list the orders that were overdue then', async () => {
    // They were lost a day after their promise. Those in the middle of the list have most of the others on their day, also around midnight.
    const { orders } = await goody.read('/api/orders', { vendorId: 'fashion', status: 'LOST', limit: '50' });
    const before = orders[15]?.estimatedDelivery?.slice(0, 10) ?? '';
    const { page, requests } = await open(`/vendors/fashion?date=${before}`);
    const { report } = await goody.readAt<'/vendors/{id}/report'>('/vendors/fashion/report', { date: before });
    expect(report.delayedOrders, 'those that were lost a day ago').toBeGreaterThan(12);
    const overdue = page.getByRole('region', { name: `${report.delayedOrders} overdue, open then` });
    // They were promised on that day.
    await expect.poll(() => read(overdue.getByRole('listitem').first())).toMatch(/^(1 d|\d+ (h|min)|under 1 min) late/);
    await expect.poll(() => overdue.getByRole('listitem').count()).toBe(8);
    const lists = requests.filter((path) => path.startsWith('/api/orders'));
    expect(lists).toHaveLength(1);
    expect(lists[0]).toContain(`asOf=${before}`);
    const readout = page.locator('[aria-live="polite"]').filter({ hasText: 'Placed that day' });
    expect(await read(readout)).not.toContain('not over');
    await page.getByRole('link', { name: 'Show today' }).click();
    await expectSearch(page, {});
    await page.getByRole('region', { name: '12 overdue, still open' }).waitFor();
  });
});

describe('a printed vendor', () => {
  test('fits two sheets, without buttons and links', async () => {
    // The longest case: the vendor has a name of maximum length and full lists, and on a phone the chart is taller than wide.
    const { page } = await open('/vendors/fashion');
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
      expect(pdf.match(/\/Type\s*\/Page\b/g)?.length, `printed from ${width} pixels`).toBe(2);
    }

    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.getByRole('button').count()).toBe(0);
    expect(await page.getByRole('link', { name: 'View orders' }).count()).toBe(0);
    const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(paper).toBe('rgb(255, 255, 255)');
  });
});

describe.runIf(hasOlist)('a vendor of Olist', () => {
  test('shows the numbers of a day of 2018', { timeout: 180_000 }, async () => {
    const olist = await Goody.olist();
    try {
      const busy = { date: OLIST_DATE, sortBy: 'completedOrders', order: 'desc', limit: '1' };
      const [vendor] = (await olist.read('/api/vendors', busy)).vendors;
      const { page, consoleErrors } = await visit(
        browser,
        `${olist.address}/vendors/${vendor?.vendorId}?date=${OLIST_DATE}`,
      );
      await expect.poll(() => heading(page)).toBe(vendor?.name);
      const { completedOrders = 0, issueCount = 0 } = vendor ?? {};
      expect(await tile(page, 'Reliability')).toContain(
        `${completedOrders - issueCount} of ${completedOrders} arrived`,
      );
      expect(await tile(page, 'To chase')).toContain(` ${vendor?.delayedOrders} of ${vendor?.activeOrders} `);
      await page.getByRole('heading', { name: /^30 days to/ }).waitFor();
      expect(consoleErrors).toEqual([]);
    } finally {
      await olist.end();
    }
  });
});
