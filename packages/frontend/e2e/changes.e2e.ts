/** What changed: the overview names the vendor, its page says since when, how sure and what the rise is made of, as the API does. */

import AxeBuilder from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { heading, launch, read, rows, visit } from './browser';
import { failingVendor, Goody } from './goody';

let goody: Goody;
let browser: Browser;

beforeAll(async () => {
  [goody, browser] = await Promise.all([Goody.failing(), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await goody?.end();
});

const signals = () => goody.readAt<'/api/vendors/{id}/signals'>(`/api/vendors/${failingVendor}/signals`);
const whole = (value: number | undefined) => Math.round(value ?? Number.NaN).toLocaleString('en-US');

describe('a vendor that misses more promises than before', () => {
  test('is in the headline and first in the overview, with the numbers of the API', async () => {
    const { openEpisodes, changes } = await goody.read('/dashboard/summary');
    const change = changes.find(({ vendorId }) => vendorId === failingVendor);
    expect(change, 'the scenario raised an episode').toBeDefined();
    const { page, consoleErrors } = await visit(browser, goody.address);
    expect(await heading(page)).toContain(
      openEpisodes > 1 ? `${openEpisodes} vendors miss more promises than before` : 'has missed more promises',
    );
    const item = page.getByRole('listitem').filter({ hasText: `${change?.name} misses more promises` });
    const { due, missed, expected } = change?.evidence ?? {};
    expect(await read(item)).toContain(
      `${whole(missed)} of ${whole(due)} orders due were missed, where ${whole(expected)} were to be expected`,
    );
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  test('has on its page the rates before and after, parts that add up to the rise, and exactly its missed orders', async () => {
    const { episode } = await signals();
    const explanation = episode?.explanation;
    if (!explanation) throw new Error('the vendor has no explained episode');
    const { page, consoleErrors } = await visit(browser, `${goody.address}/vendors/${failingVendor}`);
    const compared = await rows(page, /^Missed promises before and after/);
    const found = compared.map(({ Due, Missed }) => [Due, Missed]);
    const { before, after } = explanation;
    const { evidence } = episode;
    expect(found).toEqual([
      [whole(before.due), whole(before.missed)],
      [whole(after.due), whole(after.missed)],
      [whole(evidence?.due), whole(evidence?.expected)],
      [whole(evidence?.due), whole(evidence?.missed)],
    ]);
    const band = evidence?.expectedInterval;
    const name = `${band?.lower.toFixed(1)} to ${band?.upper.toFixed(1)} % were to be expected`;
    await page.getByRole('img', { name: new RegExp(`^Missed promises from .*${name}$`) }).waitFor();
    const points = (text: string | undefined) => Number(text?.replace('−', '-').replace('+', ''));
    const rise = after.rate - before.rate;
    const tables = page.getByRole('region', { name: /^By / });
    expect(await tables.count()).toBeGreaterThan(2);
    for (const table of await tables.all()) {
      const total = await read(table.getByRole('row', { name: /^The rise/ }));
      expect(points(/[+−]\S+/.exec(total)?.[0]), total).toBeCloseTo(rise, 0);
    }
    const links = await page.getByRole('link', { name: /^[\d,]+ missed, .+: show the orders$/ }).all();
    expect(links.length, 'every part opens its orders').toBeGreaterThan(15);
    for (const link of links) {
      const href = (await link.getAttribute('href')) ?? '';
      const query = Object.fromEntries(new URL(href, goody.address).searchParams);
      const { summary } = await goody.read('/api/orders', { ...query, limit: '1' });
      expect.soft(summary, href).toMatchObject({ total: Number(await read(link)), totalIsLowerBound: false });
    }
    expect(await read(page.getByText(/^since about \w+ \d+ \w+$/).first())).toContain('since about');
    await page.getByRole('link', { name: /^See the .* missed orders?$/ }).click();
    await page.getByRole('heading', { level: 1, name: new RegExp(`${whole(after.missed)} order`) }).waitFor();
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  test('is accessible', async () => {
    for (const path of ['/', `/vendors/${failingVendor}`]) {
      const { page } = await visit(browser, goody.address + path);
      expect(
        (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html]),
      ).toEqual([]);
      await page.context().close();
    }
  });
});

test('a vendor that is not judged says why', async () => {
  const young = await Goody.backfilled();
  try {
    const { page } = await visit(browser, `${young.address}/vendors/${failingVendor}`);
    await page.getByText(/^Changes of this vendor are not judged yet/).waitFor();
  } finally {
    await young.end();
  }
});
