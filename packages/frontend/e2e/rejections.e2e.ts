import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { heading, launch, visit } from './browser';
import { Goody } from './goody';

let goody: Goody;
let browser: Browser;

beforeAll(async () => {
  [goody, browser] = await Promise.all([Goody.start(), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await goody?.end();
});

const open = () => visit(browser, `${goody.address}/rejections`);

describe('the page of what was refused', () => {
  test('says that nothing was refused', async () => {
    const { page, consoleErrors } = await open();
    await expect.poll(() => heading(page)).toBe('Nothing was refused.');
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  test('shows the reason and the body of a refused event, and what came of another try', async () => {
    const body = '{"eventId":"e-1","note":"for Kim"}';
    const headers = { 'content-type': 'application/json' };
    await fetch(`${goody.address}/api/orders/events`, { method: 'POST', headers, body });
    const { page, consoleErrors } = await open();
    await expect.poll(() => heading(page)).toBe('1 rejection kept.');
    const row = page.getByRole('row').nth(1);
    await row.getByText('Body, 34 bytes').click();
    expect(await row.locator('pre').textContent()).toBe(body);
    await row.getByRole('button', { name: 'Try again' }).click();
    await row.getByText(/^Refused again: .*note/).waitFor();
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });
});
