/** Opens pages in a real browser, and reads them as a user does: by role, by label, and by the text of a table. */
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect, vi } from 'vitest';

export { launch } from '../scripts/chromium.mjs';

export interface Visit {
  page: Page;
  /** The errors and warnings in the console, and uncaught exceptions. */
  consoleErrors: string[];
  /** The paths and queries of the requests to the API, in order. */
  requests: string[];
}

/** Opens `url` in a new browser context, and waits for the heading of the page. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const consoleErrors: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') consoleErrors.push(message.text());
  });
  page.on('pageerror', (error) => consoleErrors.push(String(error)));
  page.on('request', (request) => {
    if (request.resourceType() === 'fetch') requests.push(request.url().slice(new URL(url).origin.length));
  });
  await page.goto(url);
  await heading(page);
  return { page, consoleErrors, requests };
}

/** The text of the page's `h1`. */
export async function heading(page: Page): Promise<string> {
  const h1 = page.getByRole('heading', { level: 1 });
  await h1.waitFor();
  return read(h1);
}

/** The visible text of an element, with a space between blocks and without text that CSS hides. */
export async function read(locator: Locator): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: textContent runs the words of neighbouring blocks together
  return words(await locator.innerText());
}

/** Replaces every run of white space by one space. */
export function words(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The rows of a table, each as a map from column heading to cell text. */
export async function rows(page: Page, name: RegExp): Promise<Record<string, string>[]> {
  const table = page.getByRole('region', { name }).getByRole('table');
  await table.waitFor();
  const cells = await table.evaluate((element: HTMLTableElement) => {
    const headings = [...(element.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent ?? '');
    const all = [...element.tBodies].flatMap((body) => [...body.rows]);
    // The browser does not render the rows of a long table that are off screen, and `innerText` is empty for them.
    for (const row of all) row.style.contentVisibility = 'visible';
    const texts = all.map((row) => {
      // biome-ignore lint/performance/useDomNodeTextContent: as in `read`, which this code cannot call because it runs in the page
      return [...row.cells].map((cell, index) => [headings[index] ?? '', cell.innerText] as const);
    });
    for (const row of all) row.style.contentVisibility = '';
    return texts;
  });
  return cells.map((row) => Object.fromEntries(row.map(([label, text]) => [label, words(text)])));
}

/** Waits until exactly one row has these texts in these cells. The failure message lists all rows. */
export async function expectRow(page: Page, name: RegExp, expected: Record<string, string>): Promise<void> {
  await vi.waitFor(async () => {
    const all = await rows(page, name);
    const found = all.filter((row) => Object.entries(expected).every(([label, text]) => row[label] === text));
    expect(
      found,
      `a row with ${JSON.stringify(expected)} among\n${all.map((row) => JSON.stringify(row)).join('\n')}`,
    ).toHaveLength(1);
  }, 10_000);
}

/** Waits until the query of the URL has exactly these parameters. */
export async function expectSearch(page: Page, expected: Record<string, string>): Promise<void> {
  await expect.poll(() => Object.fromEntries(new URL(page.url()).searchParams)).toEqual(expected);
}
