import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectRow, heading, launch, read, rows, visit } from './browser';
import { events } from './events';
import { Goody } from './goody';

let goody: Goody;
let browser: Browser;

beforeAll(async () => {
  [goody, browser] = await Promise.all([Goody.start(), launch()]);
  await goody.tell([
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
    ...events({ vendorId: 'wine.co:1', shipping: 3 }),
  ]);
  await goody.name('flowers', 'Premium Flowers', 'Flowers');
});

afterAll(async () => {
  await browser?.close();
  await goody?.end();
});

const tile = (page: Page, name: string) => read(page.getByRole('region', { name, exact: true }));

describe('the page of a vendor', () => {
  test('shows the numbers of its report, and those of the week before', async () => {
    const { page, complaints } = await visit(browser, `${goody.address}/vendors/flowers`);
    const { report } = await goody.readAt<'/vendors/{id}/report'>('/vendors/flowers/report');
    const { current7d: current, previous7d: previous } = report;
    const percent = (value: number | null) => `${value?.toFixed(1)} %`;

    expect(await heading(page)).toBe('Premium Flowers');
    const reliability = await tile(page, 'Reliability');
    expect(reliability).toContain(`${current.reliabilityScore?.toFixed(1)}%`);
    expect(reliability).toContain(
      `Likely between ${current.reliabilityInterval?.lower.toFixed(1)} and ${current.reliabilityInterval?.upper.toFixed(1)} %`,
    );
    expect(await tile(page, 'On time')).toContain(`${current.onTimeDeliveries} of ${current.dueOrders} due`);
    expect(await tile(page, 'Active orders')).toContain(` ${report.activeOrders} `);
    expect(await tile(page, 'Delayed orders')).toContain(` ${report.delayedOrders} `);

    const weeks = /^Both weeks/;
    await expectRow(page, weeks, {
      Number: 'Issue rate',
      'These 7 days': percent(current.issueRate),
      '7 days before': percent(previous.issueRate),
      Change: `+${report.trends.issueRate?.toFixed(1)} worse`,
    });
    await expectRow(page, weeks, {
      Number: 'Orders placed',
      'These 7 days': String(current.totalOrders),
      '7 days before': String(previous.totalOrders),
    });
    await expectRow(page, weeks, {
      Number: 'Average delivery',
      'These 7 days': `${((current.avgDeliveryHours ?? Number.NaN) / 24).toFixed(1)} days`,
    });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('breaks its orders down into parts that add up', async () => {
    const { page } = await visit(browser, `${goody.address}/vendors/flowers`);
    const { report } = await goody.readAt<'/vendors/{id}/report'>('/vendors/flowers/report');
    const table = await rows(page, /^Orders by status/);
    const count = (status: string) => Number(table.find((row) => row.Status === status)?.Orders);

    expect(count('Lost')).toBe(report.current7d.statusCounts.LOST);
    expect(count('Shipping, delayed')).toBe(report.current7d.statusCounts.SHIPPING_DELAYED);
    expect(count('Placed') + count('Shipping, on time') + count('Shipping, delayed')).toBe(count('Active'));
    expect(count('Active')).toBe(report.activeOrders);
    expect(count('Ended in the seven days')).toBe(report.current7d.completedOrders + report.current7d.cancelledOrders);
    const total = await read(page.getByRole('row', { name: 'Total' }));
    expect(total).toBe(`Total ${count('Active') + count('Ended in the seven days')} 100.0 %`);
    await page.context().close();
  });

  test('lists the orders that went wrong lately, with the exact time at hand', async () => {
    const { page } = await visit(browser, `${goody.address}/vendors/flowers`);
    const { recentIssues } = await goody.readAt<'/vendors/{id}/report'>('/vendors/flowers/report');
    const listed = await rows(page, /^Recent issues/);
    expect(listed.map((row) => row.Order)).toEqual(recentIssues.map((order) => order.orderId));
    const lost = recentIssues.find((order) => order.status === 'LOST');
    expect(listed.find((row) => row.Order === lost?.orderId)).toMatchObject({
      Issue: 'Lost',
      Ended: '1 day ago',
      Reason: 'not seen since the depot',
      Value: '$42.50',
    });
    const ended = page.getByRole('row', { name: lost?.orderId }).locator('time').first();
    expect(await ended.getAttribute('datetime')).toBe(lost?.completedAt);
    expect(await ended.getAttribute('title')).toMatch(/^\d+ \w+ \d{4}, [\d:]+ UTC$/);
    await page.context().close();
  });

  test('of a vendor without completed orders says that it knows nothing, not zero', async () => {
    const { page, complaints } = await visit(browser, `${goody.address}/vendors/${encodeURIComponent('wine.co:1')}`);
    expect(await heading(page)).toBe('wine.co:1');
    expect(await tile(page, 'Reliability')).toMatch(/^RELIABILITY – .*Nothing completed in these seven days/i);
    await page.getByText('Not registered').waitFor();
    await page.getByRole('heading', { name: 'No order went wrong' }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
