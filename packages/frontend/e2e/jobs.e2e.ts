/** The five jobs of a morning, each done as a user does, with the clicks counted. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSearch, heading, launch, read, visit } from './browser';
import { failingVendor, Goody, hasOlist, scenarios } from './goody';

/** A date of Olist on which most open orders were past their promise. */
const OVERDUE_DATE = '2018-03-15';

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

/** A page whose clicks are counted, and the seconds since its address was opened. */
class Job {
  clicks = 0;
  private constructor(
    readonly page: Page,
    readonly start: number,
  ) {}

  static async at(url: string): Promise<Job> {
    const start = performance.now();
    const permissions = ['clipboard-read', 'clipboard-write'];
    return new Job((await visit(browser, url, { acceptDownloads: true, permissions })).page, start);
  }

  async click(target: Locator): Promise<void> {
    this.clicks += 1;
    await target.click();
  }

  async end(most: number): Promise<void> {
    const seconds = (performance.now() - this.start) / 1000;
    await this.page.context().close();
    console.info(`${expect.getState().currentTestName}: clicks: ${this.clicks}, ${seconds.toFixed(1)} s`);
    expect(this.clicks, 'clicks').toBeLessThanOrEqual(most);
  }
}

const whole = (value: number | undefined) => (value ?? Number.NaN).toLocaleString('en-US');

const data = [
  ['a demo with a drop, a stall and a late surge', () => Goody.scenarios(), undefined],
  ['five vendors', () => Goody.fiveVendors(), undefined],
  ...(hasOlist ? [['Olist', () => Goody.olist(), OVERDUE_DATE] as const] : []),
] as const;

describe.each(data)('%s', (_, start, date) => {
  let goody: Goody;
  const on: Record<string, string> = date === undefined ? {} : { date };
  const query = new URLSearchParams(on);

  beforeAll(async () => {
    goody = await start();
  }, 300_000);

  afterAll(async () => {
    await goody?.end();
  });

  test('1: whom do I call, and what do I say', { timeout: 60_000 }, async () => {
    const { calls } = await goody.read('/dashboard/summary', on);
    const first = calls[0];
    if (first === undefined) throw new Error('no vendor is to be called');
    if (date === undefined) expect(Object.keys(scenarios)).toContain(first.vendorId);
    const job = await Job.at(`${goody.address}/?${query}`);
    const { page } = job;
    const sheet = page.getByRole('region', { name: 'Whom to call' });
    const item = sheet.getByRole('listitem').filter({ has: page.getByRole('link', { name: first.name, exact: true }) });
    const said = await read(item);
    expect(said).toContain(`${whole(first.delayedOrders)} overdue`);
    if (first.change) expect(said).toMatch(/since about \w+ \d+ \w+: .* were to be expected\. [\d.>]+ % sure\./i);
    await job.click(item.getByRole('button', { name: `Write to ${first.name}` }));
    const dialog = page.getByRole('dialog', { name: `Mail to ${first.name}` });
    const text = await dialog.getByRole('textbox', { name: 'Text' }).inputValue();
    expect(text.match(/^- /gm)?.length).toBe(Math.min(50, first.delayedOrders));
    expect(text).toContain(`Hello ${first.name},`);
    await job.end(1);
  });

  // The orders of Olist have no open episode on that date.
  test.runIf(date === undefined).each(Object.keys(scenarios))(
    '2: why did %s drop, and show me the orders',
    async (vendorId) => {
      const { episode } = await goody.readAt<'/api/vendors/{id}/signals'>(`/api/vendors/${vendorId}/signals`);
      const { calls } = await goody.read('/dashboard/summary');
      const name = calls.find((call) => call.vendorId === vendorId)?.name ?? '';
      const job = await Job.at(goody.address);
      const { page } = job;
      await job.click(page.getByRole('region', { name: 'Whom to call' }).getByRole('link', { name, exact: true }));
      await page
        .getByText(/^since about \w+ \d+ \w+$/)
        .first()
        .waitFor();
      await page.getByRole('region', { name: /^Missed promises before and after/ }).waitFor();
      const part = page.getByRole('link', { name: /^[\d,]+ missed, .+: show the orders$/ }).first();
      const missed = /^[\d,]+/.exec((await part.getAttribute('aria-label')) ?? '')?.[0];
      await job.click(part);
      await expect.poll(() => heading(page)).toMatch(new RegExp(`^${missed} (\\w+ )?orders?`));
      expect(episode?.explanation?.after.missed).toBeGreaterThan(0);
      await job.end(2);
    },
  );

  test('3: which orders do I chase', { timeout: 60_000 }, async () => {
    const job = await Job.at(`${goody.address}/?${query}`);
    const { page } = job;
    await job.click(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Orders' }));
    await job.click(page.getByRole('link', { name: 'Overdue for more than 2 days' }));
    const list = await goody.read('/api/orders', {
      delayedByHours: '48',
      ...(date === undefined ? {} : { asOf: date }),
    });
    await expect.poll(() => heading(page)).toContain(`${whole(list.summary.total)} overdue order`);
    const download = page.waitForEvent('download');
    await job.click(page.getByRole('link', { name: 'Export CSV' }));
    const stream = await (await download).createReadStream();
    let csv = '';
    for await (const chunk of stream) csv += chunk;
    const [header = '', ...rows] = csv.replace('\ufeff', '').trim().split(/\r?\n/);
    expect(header.split(',')).toEqual(
      expect.arrayContaining(['vendorName', 'daysLate', 'valueInCurrency', 'currency']),
    );
    expect(rows.length).toBeGreaterThanOrEqual(list.summary.total);
    await job.end(3);
  });

  test('4: a number of the past, and a link', { timeout: 60_000 }, async () => {
    const job = await Job.at(`${goody.address}/?${query}`);
    const { page } = job;
    const bar = page.getByRole('navigation', { name: 'Date' });
    await job.click(bar.getByRole('link', { name: /^The day before/ }));
    await expect.poll(() => page.url()).not.toBe(`${goody.address}/?${query}`);
    // A choice in a list is one click more.
    job.clicks += 1;
    await bar.getByRole('combobox', { name: 'Days' }).selectOption('28 days');
    const shown = Object.fromEntries(new URL(page.url()).searchParams);
    await expect.poll(() => new URL(page.url()).searchParams.get('window')).toBe('28d');
    await job.click(bar.getByRole('button', { name: 'Copy link' }));
    await bar.getByText('Copied').first().waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const { current } = await goody.read('/dashboard/summary', { date: shown.date ?? '', window: '28d' });
    const other = await visit(browser, link);
    const tile = other.page.getByRole('region', { name: 'Overall reliability', exact: true });
    await expect.poll(() => read(tile)).toContain(`${current.overallReliability?.toFixed(1)}%`);
    await other.page.context().close();
    await job.end(3);
  });

  test('5: prove it', { timeout: 60_000 }, async () => {
    const { vendors } = await goody.read('/api/vendors', {
      ...on,
      sortBy: 'completedOrders',
      order: 'desc',
      limit: '1',
    });
    const vendor = vendors[0];
    const job = await Job.at(`${goody.address}/vendors/${vendor?.vendorId}?${query}`);
    const { page } = job;
    const { report } = await goody.readAt<'/vendors/{id}/report'>(`/vendors/${vendor?.vendorId}/report`, on);
    await job.click(page.getByRole('link', { name: 'Order by order: On time' }));
    const { onTimeDeliveries, dueOrders } = report.current7d;
    await page.getByRole('heading', { name: `Arrived by the promise: ${whole(onTimeDeliveries)}` }).waitFor();
    await page.getByRole('heading', { name: `Missed the promise: ${whole(dueOrders - onTimeDeliveries)}` }).waitFor();
    const kept = page.getByRole('region', { name: 'Arrived by the promise, scrolls sideways' });
    await expect.poll(() => kept.getByRole('row').count()).toBe(onTimeDeliveries + 1);
    await job.end(2);
  });
});

/** What a screen reader says of the focused element: its role, its name and its state. The button inside of a date field is the browser's. */
async function spoken(page: Page): Promise<string> {
  const focused = page.locator('*:focus');
  if ((await focused.count()) === 0) return '';
  const [said = ''] = (await focused.ariaSnapshot()).split('\n');
  // As YAML: with quotation marks around a text with a colon.
  return said.replace(/^- '?|'?:?$/g, '');
}

/** Presses Tab until the focus is on what is spoken like this, and returns what is spoken on the way, with it. */
async function tabTo(page: Page, wanted: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<string[]> {
  const heard: string[] = [];
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press(key);
    heard.push(await spoken(page));
    if (wanted.test(heard.at(-1) ?? '')) return heard;
  }
  throw new Error(`${wanted} is not among ${heard.join(', ')}`);
}

describe('with the keyboard alone, as a screen reader says it', () => {
  let goody: Goody;
  const vendor = 'bloom-and-branch';
  const name = 'Bloom & Branch';

  beforeAll(async () => {
    goody = await Goody.scenarios();
  }, 300_000);

  afterAll(async () => {
    await goody?.end();
  });

  const start = async (path = '/') => {
    const { page } = await visit(browser, goody.address + path, { permissions: ['clipboard-read', 'clipboard-write'] });
    return page;
  };

  test('1: whom do I call, and what do I say', async () => {
    const page = await start();
    expect(await tabTo(page, /^link "Skip/)).toEqual(['link "Skip to content"']);
    await page.keyboard.press('Enter');
    const heard = await tabTo(page, new RegExp(`^button "Write to ${name}"`));
    // Which numbers the page shows, then the call sheet.
    expect(heard[0]).toMatch(/^link "The day before, \d+ \w{3} \d{4}"$/);
    expect(heard).toContain(`link "${name}"`);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: `Mail to ${name}` }).waitFor();
    await tabTo(page, /^textbox "Text"/);
    await tabTo(page, /^button "Copy/);
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => spoken(page)).toBe(`button "Write to ${name}"`);
    await page.context().close();
  });

  test('2: why did it drop, and show me the orders', async () => {
    const page = await start();
    await tabTo(page, new RegExp(`^link "${name}"`));
    await page.keyboard.press('Enter');
    await expect.poll(() => heading(page)).toBe(name);
    const [part = ''] = (await tabTo(page, /^link "[\d,]+ missed, .+: show the orders"/)).slice(-1);
    await page.keyboard.press('Enter');
    await expect.poll(() => heading(page)).toMatch(new RegExp(`^${/[\d,]+/.exec(part)} (\\w+ )?orders?`));
    // The focus is at the start of the new page.
    expect(await spoken(page)).toBe('main');
    await page.context().close();
  });

  test('3: which orders do I chase', async () => {
    const page = await start();
    await tabTo(page, /^link "Orders"/);
    await page.keyboard.press('Enter');
    await expect.poll(() => heading(page)).toMatch(/orders/);
    await tabTo(page, /^link "Overdue for more than 2 days"/);
    await page.keyboard.press('Enter');
    await expect.poll(() => heading(page)).toMatch(/overdue/);
    // The files are above the lists.
    await tabTo(page, /^link "Export CSV"/, 'Shift+Tab');
    const download = page.waitForEvent('download');
    await page.keyboard.press('Enter');
    expect((await download).suggestedFilename()).toMatch(/\.csv$/);
    await page.context().close();
  });

  test('4: a number of the past, and a link', async () => {
    const page = await start();
    await tabTo(page, /^link "The day before/);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain('date=');
    await tabTo(page, /^combobox "Days"/);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => page.url()).toContain('window=28d');
    await tabTo(page, /^button "Copy link"/);
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
    await page.context().close();
  });

  test('5: prove it', async () => {
    const page = await start(`/vendors/${vendor}`);
    await tabTo(page, /^link "Order by order: On time"/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Missed the promise: \d/ }).waitFor();
    await tabTo(page, /^button "Print"/);
    await page.context().close();
  });
});

test('the date and its days are kept on the way through the pages', { timeout: 60_000 }, async () => {
  const goody = await Goody.backfilled();
  try {
    const date = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
    const shown = { date, window: '28d', against: 'week' };
    const { page } = await visit(browser, `${goody.address}/?${new URLSearchParams(shown)}`);
    const nav = page.getByRole('navigation', { name: 'Main' });
    await nav.getByRole('link', { name: 'Vendors' }).click();
    await expectSearch(page, shown);
    await page
      .getByRole('region', { name: /^Vendors/ })
      .getByRole('rowheader')
      .first()
      .getByRole('link')
      .click();
    await expectSearch(page, shown);
    await expect.poll(() => page.title()).toMatch(/ · \d.+\d{4} · Goody$/);
    await nav.getByRole('link', { name: 'Orders' }).click();
    await expectSearch(page, { asOf: date });
    await expect.poll(() => heading(page)).toMatch(/^[\d,]+ open orders at the end of /);
    await nav.getByRole('link', { name: 'Recent' }).click();
    await expect.poll(() => heading(page)).toMatch(/updated in the last 24 hours/);
    await nav.getByRole('link', { name: 'Overview' }).click();
    await expectSearch(page, shown);
    await page.context().close();
  } finally {
    await goody.end();
  }
});

test('the numbers of a page are copied as a table', async () => {
  const goody = await Goody.failing();
  try {
    const { page } = await visit(browser, `${goody.address}/vendors/${failingVendor}`, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const bar = page.getByRole('navigation', { name: 'Date' });
    await bar.getByRole('button', { name: 'Copy as table' }).click();
    await bar.getByText('Copied').first().waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text.split('\n').map((line) => line.split('\t')[0])).toEqual(
      expect.arrayContaining(['Reliability', 'On time', 'Handed over in time', 'Average delivery']),
    );
    await bar.getByRole('button', { name: 'Copy as picture' }).click();
    const types = () => page.evaluate(async () => (await navigator.clipboard.read()).flatMap((item) => item.types));
    await expect.poll(types).toContain('image/png');
    await bar.getByRole('combobox', { name: 'Against' }).selectOption('a week before');
    await expectSearch(page, { against: 'week' });
    await page.getByRole('heading', { name: /^Compared with \d+/ }).waitFor();
    await page.context().close();
  } finally {
    await goody.end();
  }
});
