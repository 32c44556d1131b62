import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { heading, launch, read, visit } from './browser';
import { Goody, newToken } from './goody';

const reader = newToken('desk', 'read');
const sender = newToken('carrier', 'ingest');

let goody: Goody;
let browser: Browser;

beforeAll(async () => {
  [goody, browser] = await Promise.all([Goody.guarded([reader, sender]), launch()]);
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

afterAll(async () => {
  await browser?.close();
  await goody?.end();
});

/** The message that the browser logs for an error response. */
const fromTheBrowser = /^Failed to load resource/;

async function enterToken(page: Page, token: string): Promise<void> {
  await page.getByLabel('Token', { exact: true }).fill(token);
  await page.keyboard.press('Enter');
}

/** Opens a page and enters a token with the scope `read`. */
async function openWithToken(path: string) {
  const visited = await visit(browser, goody.address + path);
  await enterToken(visited.page, reader.word);
  await expect.poll(() => heading(visited.page)).not.toBe('Enter a token');
  return visited;
}

describe('when reads require a token', () => {
  test('the page asks for a token, gives the reason for a refusal, and shows the numbers with a valid one', async () => {
    const { page, consoleErrors } = await visit(browser, goody.address);
    expect(await heading(page)).toBe('Enter a token');
    await page.getByText('goody token new NAME --scope read').waitFor();
    expect(await page.getByRole('button', { name: 'Forget token' }).count()).toBe(0);

    const refusal = page.getByRole('alert');
    await enterToken(page, 'made-up');
    await expect
      .poll(() => read(refusal))
      .toMatch(/^This token is unknown\. Check that all of it was copied\. Reference [0-9a-f]{32}$/);
    expect(await page.getByLabel('Token', { exact: true }).evaluate((input) => input === document.activeElement)).toBe(
      true,
    );
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([]);
    await enterToken(page, sender.word);
    await expect.poll(() => read(refusal)).toMatch(/^This token does not permit reading\. Reference /);
    await enterToken(page, 'two words');
    await expect.poll(() => read(refusal)).toBe('A token has only plain letters, digits and signs, without spaces.');

    await enterToken(page, ` ${reader.word} `);
    await page.getByRole('region', { name: 'System health' }).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main');
    expect(consoleErrors.filter((text) => !fromTheBrowser.test(text))).toEqual([]);
  });

  test('the token is stored for its tab only', async () => {
    const { page } = await openWithToken('/orders');
    await page.reload();
    await expect.poll(() => heading(page)).toMatch(/orders/);
    await page.getByRole('link', { name: 'Recent' }).click();
    await expect.poll(() => heading(page)).not.toMatch(/token/);
    expect(await page.evaluate(() => JSON.stringify(localStorage) + document.cookie)).not.toContain(reader.word);

    const other = await page.context().newPage();
    await other.goto(goody.address);
    expect(await heading(other)).toBe('Enter a token');
  });

  test('an export is requested with the token and saved as a file', async () => {
    const { page, consoleErrors } = await openWithToken('/orders?status=DAMAGED');
    for (const [name, format] of [
      ['Export CSV', 'csv'],
      ['Export NDJSON', 'ndjson'],
    ] as const) {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name, exact: true }).click(),
      ]);
      expect(file.suggestedFilename()).toBe(`orders.${format}`);
      const whole = await goody.get(`/api/orders/export?status=DAMAGED&format=${format}&bom=true`);
      expect((await readFile(await file.path())).equals(Buffer.from(await whole.arrayBuffer()))).toBe(true);
      await page.getByText(`Saved orders.${format}`).waitFor({ state: 'attached' });
    }
    expect(consoleErrors.filter((text) => !fromTheBrowser.test(text))).toEqual([]);
  });

  test('a failed export shows an error with a reference, and works when the server runs again', async () => {
    const { page } = await openWithToken('/vendors');
    await goody.stop();
    await page.getByRole('button', { name: 'Export CSV' }).click();
    await expect
      .poll(() => read(page.getByRole('alert')))
      .toMatch(/^Export CSV failed: The server could not be reached\..* Reference [0-9a-f]{32}$/);
    await goody.startAgain();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export CSV' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('vendors.csv');
  });

  test('after a token is forgotten, no page shows data, not even from the cache', async () => {
    const { page } = await openWithToken('/');
    await page.getByRole('link', { name: 'Orders', exact: true }).click();
    await expect.poll(() => heading(page)).toMatch(/orders/);
    await page.getByRole('button', { name: 'Forget token' }).click();
    await expect.poll(() => heading(page)).toBe('Enter a token');
    await page.goBack();
    await expect.poll(() => heading(page)).toBe('Enter a token');
    expect(await page.evaluate(() => sessionStorage.getItem('token'))).toBeNull();
    expect(await page.getByRole('button', { name: 'Forget token' }).count()).toBe(0);
  });

  test('a withdrawn token shows no data, and the message differs from that for a missing token', async () => {
    const { page } = await openWithToken('/');
    await goody.replaceTokens([sender]);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect
      .poll(() => read(page.getByRole('alert')))
      .toMatch(/^The token of this tab is no longer accepted\. Reference [0-9a-f]{32}$/);
    expect(await heading(page)).toBe('Enter a token');
    await goody.replaceTokens([reader, sender]);
    await enterToken(page, reader.word);
    await page.getByRole('region', { name: 'System health' }).waitFor();
  });

  test('a token without the scope read can be replaced by another one', async () => {
    const { page } = await openWithToken('/');
    await page.evaluate((token) => sessionStorage.setItem('token', token), sender.word);
    await page.reload();
    await expect.poll(() => heading(page)).toBe('Not allowed');
    await expect.poll(() => read(page.getByRole('alert'))).toMatch(/Reading needs a token with the scope read\./);
    await page.getByRole('button', { name: 'Use another token' }).click();
    await expect.poll(() => heading(page)).toBe('Enter a token');
  });
});

test('a client over the rate limit of its token sees when to try again', async () => {
  const strict = await Goody.guarded([reader], { GOODY_RATE_LIMIT: '1' });
  try {
    const { page } = await visit(browser, strict.address);
    // The request that checks the token uses up the limit of one per minute.
    await enterToken(page, reader.word);
    await expect.poll(() => heading(page)).toBe('Too many requests');
    await expect
      .poll(() => read(page.getByRole('alert')))
      .toMatch(/This page sent too many requests\. Try again in \d+ seconds?\..* Reference [0-9a-f]{32}$/);
    await page.getByRole('button', { name: 'Try again' }).waitFor();
  } finally {
    await strict.end();
  }
});

test('a server without read protection asks for no token, and its exports are links', async () => {
  const open = await Goody.backfilled();
  try {
    const { page } = await visit(browser, `${open.address}/vendors`);
    await page.getByRole('link', { name: 'Export CSV' }).waitFor();
    expect(await page.getByText(/token/i).count()).toBe(0);
  } finally {
    await open.end();
  }
});
