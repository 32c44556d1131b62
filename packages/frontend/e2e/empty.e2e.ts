/** The page of an empty database: the ways in which it gets its first orders. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../scripts/server.mjs';
import { heading, launch, read, rows, visit } from './browser';
import { events } from './events';
import { Goody, newToken } from './goody';

const reader = newToken('desk', 'read');
const sender = newToken('shop', 'ingest');
const owner = newToken('owner', 'admin');
const tokens = { GOODY_API_TOKENS: [reader, sender, owner].map(({ line }) => line).join(';') };

let goody: Goody;
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await goody.end();
});

afterAll(async () => {
  await browser?.close();
});

const demo = (page: Page) => page.getByRole('region', { name: 'Start with demo orders' });
const file = (page: Page) => page.getByRole('region', { name: 'Import the orders of your shop' });
const http = (page: Page) => page.getByRole('region', { name: 'Send events as they happen' });

/** Opens the page of an empty database, and waits for the ways in. */
async function open(options: BrowserContextOptions = {}, address = goody.address) {
  const visited = await visit(browser, address, options);
  expect(await heading(visited.page)).toBe('No orders yet.');
  await http(visited.page).waitFor();
  return visited;
}

/** The commands of a section, in their order. */
const commands = (section: ReturnType<typeof file>) => section.locator('pre').allTextContents();

async function postDemo(token?: string): Promise<number> {
  const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
  const { port } = new URL(goody.address);
  return (await fetch(`http://127.0.0.1:${port}/api/demo`, { method: 'POST', headers })).status;
}

describe('demo orders', () => {
  test('are added by a button that shows its progress, and the page then shows their vendors', async () => {
    goody = await Goody.start();
    const { page, consoleErrors } = await open();
    await demo(page).getByRole('button', { name: 'Add demo orders' }).click();
    await page.getByRole('progressbar', { name: 'Demo orders' }).waitFor();
    await page.getByRole('region', { name: /^Vendors,/ }).waitFor();

    const { vendors } = await goody.read('/api/vendors', { limit: '50' });
    expect(vendors).toHaveLength(10);
    expect((await rows(page, /^Vendors,/)).map((row) => row.Vendor)).toEqual(
      vendors.map(({ name, category }) => expect.stringMatching(`^${name} ${category}`)),
    );
    expect(await heading(page)).not.toBe('No orders yet.');
    expect(await demo(page).count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    expect(consoleErrors).toEqual([]);
    expect(await postDemo(), 'a database is filled once').toBe(409);
  });

  test('are refused with the reason if orders have come in since', async () => {
    goody = await Goody.start();
    const { page } = await open();
    await goody.send(events({ vendorId: 'candles', arrived: 20 }));
    await demo(page).getByRole('button', { name: 'Add demo orders' }).click();
    await expect
      .poll(() => read(page.getByRole('alert')))
      .toMatch(/^Demo orders would mix with the events that it has\. .* Reference [0-9a-f]{32}$/);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('link', { name: 'candles' }).waitFor();
    expect((await goody.read('/api/vendors')).vendors).toHaveLength(1);
  });

  test('of a server that stops meanwhile are reported as missing', async () => {
    goody = await Goody.start();
    const { page } = await open();
    await goody.stop();
    await demo(page).getByRole('button', { name: 'Add demo orders' }).click();
    await expect
      .poll(() => read(page.getByRole('alert')))
      .toMatch(/^The server could not be reached\. .* Reference [0-9a-f]{32}$/);
    await goody.startAgain();
    await demo(page).getByRole('button', { name: 'Add demo orders' }).click();
    await page.getByRole('region', { name: /^Vendors,/ }).waitFor();
  });

  test.each<[string, Record<string, string>, string | undefined]>([
    ['other machines can reach', tokens, '0.0.0.0:0'],
    ['a proxy makes reachable', { ...tokens, GOODY_HOSTS: 'goody.example.com' }, undefined],
  ])('are not offered by a server that %s', async (_, settings, addr) => {
    goody = await Goody.start(settings, addr);
    const { page, consoleErrors } = await open({}, `http://127.0.0.1:${new URL(goody.address).port}`);
    await file(page).waitFor();
    expect(await demo(page).count()).toBe(0);
    for (const token of [undefined, 'unknown', sender.word]) expect(await postDemo(token)).toBe(404);
    expect(consoleErrors).toEqual([]);
  });

  test('are offered to those only who may send events', async () => {
    goody = await Goody.start({ ...tokens, GOODY_PROTECT_READS: 'true' });
    const openWith = async (token: string) => {
      const { page } = await visit(browser, goody.address);
      await page.getByLabel('Token', { exact: true }).fill(token);
      await page.keyboard.press('Enter');
      await http(page).waitFor();
      return page;
    };
    expect(await demo(await openWith(reader.word)).count()).toBe(0);
    expect([await postDemo(), await postDemo(reader.word)]).toEqual([401, 403]);
    const page = await openWith(owner.word);
    await demo(page).getByRole('button', { name: 'Add demo orders' }).click();
    await page.getByRole('region', { name: /^Vendors,/ }).waitFor();
  });
});

describe('a file', () => {
  test('has the commands of every ready mapping, and they work as they are', async () => {
    goody = await Goody.start();
    const { page } = await open({ timezoneId: 'America/New_York' });
    const choice = page.getByLabel('The file is from');
    const guide = await readFile(join(root, 'docs/IMPORT.md'), 'utf8');
    const blocks = [...guide.matchAll(/^goody import --check (\S+) --mapping (\S+)(.*)$/gm)];
    const fixtures = new Map(blocks.map(([, path = '', mapping = '', options = '']) => [mapping, { path, options }]));

    const listed = (await goody.shell('goody mapping list')).output.trim().split('\n');
    const shown = new Map<string, string>();
    for (const name of await choice.getByRole('option').allTextContents()) {
      await choice.selectOption(name);
      const [check = '', real = ''] = (await commands(file(page))).slice(-2);
      expect(check.replace(' --check', '')).toBe(real);
      const mapping = /--mapping ([\w-]+) /.exec(real)?.[1];
      if (mapping === undefined) continue;
      shown.set(
        mapping,
        await choice.evaluate((select) => {
          const hint = document.getElementById(select.getAttribute('aria-describedby') ?? '');
          return hint?.textContent ?? '';
        }),
      );
      const { path = '', options = '' } = fixtures.get(mapping) ?? {};
      const zone = options.replace(/(?<=--file-time-zone )\S+/, 'America/New_York');
      expect(real, `the options of ${mapping} are those of docs/IMPORT.md`).toBe(
        `goody import --mapping ${mapping}${zone} FILE`,
      );
      const { code, output } = await goody.shell(`GOODY_STRICT=true ${check.replace('FILE', join(root, path))}`);
      expect(code, `${check}\n${output}`).toBe(0);
    }
    expect([...shown.keys()].sort(), 'the choices are the ready mappings').toEqual(
      listed.map((line) => line.split(' ')[0]).sort(),
    );
    for (const line of listed) {
      const mapping = line.split(' ')[0] ?? '';
      const hint = shown.get(mapping)?.replace(/\.$/, '') ?? '';
      expect(line.toLowerCase().endsWith(`: ${hint.toLowerCase()}`), `${line} ends with "${hint}"`).toBe(true);
    }
  });

  test('is imported by the copied commands, and Refresh then shows its vendors', async () => {
    goody = await Goody.start();
    const { page, consoleErrors } = await open();
    const fixture = join(root, 'packages/backend/crates/formats/tests/files/fixtures/shopify.csv');
    const [check = '', real = ''] = await commands(file(page));
    expect([check, real]).toEqual([
      'goody import --check --mapping shopify FILE',
      'goody import --mapping shopify FILE',
    ]);
    expect((await goody.shell(check.replace('FILE', fixture))).code).toBe(0);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await file(page).waitFor();
    expect(await heading(page), 'a check stores nothing').toBe('No orders yet.');

    expect((await goody.shell(real.replace('FILE', fixture))).code).toBe(0);
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: 'Refresh' }).click();
        return heading(page);
      })
      .not.toBe('No orders yet.');
    expect((await rows(page, /^Vendors,/)).length).toBe((await goody.read('/api/vendors')).vendors.length);
    expect(consoleErrors).toEqual([]);
  });

  test('of another kind gets a proposed mapping, and a file of events needs none', async () => {
    goody = await Goody.start();
    const { page } = await open();
    const choice = page.getByLabel('The file is from');
    const run = async (name: string, path: string) => {
      await choice.selectOption(name);
      for (const command of await commands(file(page))) {
        const { code, output } = await goody.shell(command.replace('FILE', join(root, path)));
        expect(code, `${command}\n${output}`).toBe(0);
      }
    };
    await run('Another table', 'packages/backend/crates/formats/tests/files/fixtures/other.csv');
    await run('Events of orders', 'packages/shared/fixtures/events/demo-v1.ndjson');
    expect((await goody.read('/api/vendors')).vendors.length).toBeGreaterThan(10);
  });
});

test('the events of an import into another database are sent by one command', async () => {
  goody = await Goody.start(tokens);
  const { page } = await open();
  const imports = await commands(file(page));
  expect(imports).toHaveLength(3);
  const [, real = '', send = ''] = imports;
  const fixture = join(root, 'packages/backend/crates/formats/tests/files/fixtures/shopify.csv');
  const elsewhere = `export GOODY_DATABASE=other.db; ${real.replace('FILE', fixture)} && ${send.replace('TOKEN', sender.word)}`;
  const { code, output } = await goody.shell(`${elsewhere} --silent`);
  expect(code, output).toBe(0);
  const results = [...output.matchAll(/"result":"(\w+)"/g)].map(([, result]) => result);
  expect(results.length, output).toBeGreaterThan(5);
  expect(new Set(results), output).toEqual(new Set(['accepted']));
  await expect.poll(async () => (await goody.read('/api/vendors')).vendors.length).toBeGreaterThan(0);
});

describe('an event over HTTP', () => {
  test('is accepted when the command is run as it is, with all its fields', async () => {
    goody = await Goody.start();
    const { page, consoleErrors } = await open();
    const [command = ''] = await commands(http(page));
    expect(command).toContain(`${goody.address}/api/orders/events`);
    expect(command).not.toMatch(/authorization/i);
    const { code, output } = await goody.shell(`${command} --silent`);
    expect([code, JSON.parse(output)]).toEqual([0, expect.objectContaining({ accepted: 1, rejected: 0 })]);
    expect(output, 'no field is dropped').not.toContain('warnings');
    const { order } = await goody.readAt<'/api/orders/{id}'>('/api/orders/order-1');
    expect(order).toMatchObject({ vendorId: 'my-vendor', giftValue: 4900, reference: '1001', giftType: 'flowers' });
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('link', { name: 'My first vendor' }).waitFor();
    expect(consoleErrors).toEqual([]);
  });

  test('has a token where the server needs one', async () => {
    goody = await Goody.start(tokens);
    const { page } = await open();
    expect(await demo(page).count(), 'the page has no token that may send events').toBe(0);
    await http(page).getByText('goody token new NAME --scope ingest').waitFor();
    const [command = ''] = await commands(http(page));
    expect((await goody.shell(`${command} --silent`)).output).toContain('UNAUTHENTICATED');
    const { output } = await goody.shell(`${command.replace('TOKEN', sender.word)} --silent`);
    expect(JSON.parse(output)).toMatchObject({ accepted: 1, rejected: 0 });
  });
});

describe('every command', () => {
  const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

  test('is copied by its button', async () => {
    goody = await Goody.start();
    const { page, consoleErrors } = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    const shown = [...(await commands(file(page))), ...(await commands(http(page)))];
    const buttons = page.getByRole('button', { name: 'Copy', exact: true });
    expect(await buttons.count()).toBe(shown.length);
    for (const [index, command] of shown.entries()) {
      // The button before says "Copied", so this one is always the first that does not.
      await buttons.nth(0).click();
      await expect.poll(() => page.getByRole('button', { name: 'Copied', exact: true }).count()).toBe(index + 1);
      expect(await clipboard(page)).toBe(command);
    }
    await expect.poll(() => buttons.count(), { message: 'the buttons can be used again' }).toBe(shown.length);
    expect(consoleErrors).toEqual([]);
  });

  test('is copied without the clipboard of secure origins, too, or else selected', async () => {
    goody = await Goody.start();
    const { page, consoleErrors } = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    const [command = ''] = await commands(file(page));
    const copy = file(page).getByRole('button', { name: /^Cop/ }).first();
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('as on an insecure origin'));
    });
    await copy.click();
    await page.getByRole('button', { name: 'Copied', exact: true }).waitFor();
    expect(await clipboard(page)).toBe(command);

    await page.evaluate(() => {
      document.execCommand = () => false;
      getSelection()?.removeAllRanges();
    });
    await copy.click();
    await page.getByText('The command is selected').waitFor({ state: 'attached' });
    expect(await page.evaluate(() => String(getSelection()))).toBe(command);
    expect(consoleErrors).toEqual([]);
  });
});

test('axe finds nothing while demo orders are stored, nor after they are refused', async () => {
  goody = await Goody.start();
  const { page } = await open();
  const violations = async () => {
    const found = await new AxeBuilder({ page }).setLegacyMode().analyze();
    return found.violations.map(({ id, help }) => `${id}: ${help}`);
  };
  await page.route('**/api/demo', (route) => route.abort());
  await demo(page).getByRole('button', { name: 'Add demo orders' }).click();
  await page.getByRole('alert').waitFor();
  expect(await violations()).toEqual([]);

  // A response that never ends: the progress stays.
  await page.evaluate(() => {
    const line = '{"events":4000,"percent":41.7,"isComplete":false}\n';
    const start = (controller: ReadableStreamDefaultController) => controller.enqueue(new TextEncoder().encode(line));
    window.fetch = () => Promise.resolve(new Response(new ReadableStream({ start })));
  });
  await demo(page).getByRole('button', { name: 'Add demo orders' }).click();
  await expect.poll(() => read(demo(page).getByRole('status'))).toBe('4,000 events stored');
  expect(await violations()).toEqual([]);
});
