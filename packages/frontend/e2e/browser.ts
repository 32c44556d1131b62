/** A real browser, and a way to read pages as people do: by role, by label, by the words in a table. */
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect, vi } from 'vitest';

export { launch } from '../scripts/chromium.mjs';

export interface Visit {
  page: Page;
  /** What the console complained about since the visit began. */
  complaints: string[];
  /** The paths of the API that were read, in order, with their queries. */
  reads: string[];
}

/** Opens `path` in a window of its own, and waits until it shows its heading. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  const reads: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (request.resourceType() === 'fetch') reads.push(request.url().slice(new URL(url).origin.length));
  });
  await page.goto(url);
  await heading(page);
  return { page, complaints, reads };
}

/** The words of the page's one heading. */
export async function heading(page: Page): Promise<string> {
  const h1 = page.getByRole('heading', { level: 1 });
  await h1.waitFor();
  return read(h1);
}

/** What a person reads there: as it is shown, with a space between blocks, and nothing that is hidden from the eye by CSS. */
export async function read(locator: Locator): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: textContent runs the words of neighbouring blocks together
  return words(await locator.innerText());
}

/** Text as it is read: every run of white space is one space. */
export function words(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** A table's rows, each as heading → words of the cell. */
export async function rows(page: Page, name: RegExp): Promise<Record<string, string>[]> {
  const table = page.getByRole('region', { name }).getByRole('table');
  await table.waitFor();
  const cells = await table.evaluate((element: HTMLTableElement) => {
    const headings = [...(element.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent ?? '');
    const all = [...element.tBodies].flatMap((body) => [...body.rows]);
    // Out of sight, a long table's rows are not drawn, and what is not drawn has no words.
    for (const row of all) row.style.contentVisibility = 'visible';
    const told = all.map((row) => {
      // biome-ignore lint/performance/useDomNodeTextContent: as in `read`, which cannot be called inside the page
      return [...row.cells].map((cell, index) => [headings[index] ?? '', cell.innerText] as const);
    });
    for (const row of all) row.style.contentVisibility = '';
    return told;
  });
  return cells.map((row) => Object.fromEntries(row.map(([label, text]) => [label, words(text)])));
}

/** Waits until exactly one row has these words in these cells; fails with the rows there are. */
export async function expectRow(page: Page, name: RegExp, wanted: Record<string, string>): Promise<void> {
  await vi.waitFor(async () => {
    const all = await rows(page, name);
    const found = all.filter((row) => Object.entries(wanted).every(([label, text]) => row[label] === text));
    expect(
      found,
      `a row with ${JSON.stringify(wanted)} among\n${all.map((row) => JSON.stringify(row)).join('\n')}`,
    ).toHaveLength(1);
  }, 10_000);
}

/** Waits until the address says so. */
export async function expectSearch(page: Page, wanted: Record<string, string>): Promise<void> {
  await expect.poll(() => Object.fromEntries(new URL(page.url()).searchParams)).toEqual(wanted);
}
