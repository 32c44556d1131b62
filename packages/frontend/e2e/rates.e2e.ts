/** Rounding of percentages: the page shows 0 % and 100 % only for exact values. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectRow, launch, read, rows, visit } from './browser';
import { events } from './events';
import { Goody } from './goody';

let goody: Goody;
let browser: Browser;

beforeAll(async () => {
  [goody, browser] = await Promise.all([Goody.start(), launch()]);
  await goody.send(events({ vendorId: 'candles', arrived: 1999, lost: 1 }));
  await goody.send(events({ vendorId: 'mugs', arrived: 2999, lost: 1 }));
});

afterAll(async () => {
  await browser?.close();
  await goody?.end();
});

test('one failure among thousands is shown neither as 100 % reliability nor as an issue rate of 0 %', async () => {
  const { page } = await visit(browser, goody.address);
  const reliability = async () =>
    Object.fromEntries((await rows(page, /^Vendors/)).map((row) => [row.Vendor?.split(' ')[0], row.Reliability]));
  expect((await reliability()).candles).toMatch(/^99\.9 %/);
  expect((await reliability()).mugs).toMatch(/^>99\.9 %/);
  expect(await read(page.getByRole('main'))).not.toMatch(/100\.0 ?%/);

  await page.getByRole('link', { name: 'mugs' }).click();
  await expectRow(page, /^Orders by status/, { Status: 'Lost', Orders: '1', Share: '<0.1 %' });
  await expectRow(page, /^Orders by status/, { Status: 'Arrived', Orders: '2,999', Share: '>99.9 %' });
  const issueRate = async () => (await rows(page, /^Both/)).find((row) => row.Number === 'Issue rate');
  await expect.poll(async () => Object.values((await issueRate()) ?? {})).toContain('<0.1 %');
});
