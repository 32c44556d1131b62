import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectRow, expectSearch, heading, launch, read, visit } from './browser';
import { Goody, type OrderEvent } from './goody';

const HOUR = 3_600_000;
const now = Date.now();
const ago = (hours: number) => new Date(now - hours * HOUR).toISOString();

function fact(
  orderId: string,
  status: OrderEvent['status'],
  hours: number,
  more: Partial<OrderEvent> = {},
): OrderEvent {
  return { eventId: `${status}-${hours}`, orderId, status, occurredAt: ago(hours), ...more };
}

/** A placement, `hours` ago. `promise` is in hours ago, too; a negative one is in the future. */
function placed(orderId: string, hours: number, promise: number, more: Partial<OrderEvent> = {}): OrderEvent {
  return fact(orderId, 'PLACED', hours, {
    vendorId: 'flowers',
    estimatedDelivery: ago(promise),
    giftValue: 6400,
    currency: 'USD',
    giftType: 'bouquet',
    isRush: false,
    ...more,
  });
}

let goody: Goody;
let browser: Browser;

beforeAll(async () => {
  [goody, browser] = await Promise.all([Goody.start(), launch()]);
  await goody.send([
    placed('damaged', 204, 76),
    fact('damaged', 'SHIPPING_ON_TIME', 149, { carrier: 'northwind', trackingNumber: 'NW-1' }),
    fact('damaged', 'SHIPPING_DELAYED', 40, { reason: 'Held up on the way' }),
    fact('damaged', 'ARRIVED', 10),
    fact('damaged', 'DAMAGED', 8, { reason: 'Broken when unpacked' }),
    fact('damaged', 'SHIPPING_ON_TIME', 7),
    placed('coming', 30, -50.5),
    fact('coming', 'SHIPPING_ON_TIME', 10),
    placed('overdue', 100, 26),
    placed('boxes', 170, 50, {
      shipBy: ago(120),
      reference: 'Nº 2026/1141',
      destination: { country: 'DE', region: 'Bayern', postalPrefix: '80' },
    }),
    fact('boxes', 'SHIPPING_ON_TIME', 130, { parcelId: 'box-1' }),
    fact('boxes', 'SHIPPING_ON_TIME', 80, { parcelId: 'box-2', attributes: { depot: 'Hamburg' } }),
    fact('boxes', 'ARRIVED', 60, { parcelId: 'box-1' }),
    fact('boxes', 'SHIPPING_DELAYED', 20, { parcelId: 'box-2' }),
    placed('back', 300, 180),
    fact('back', 'ARRIVED', 200),
    fact('back', 'RETURN_TO_SENDER', 90),
    fact('back', 'CANCELLED', 80),
    placed('early', 100, -20),
    fact('early', 'ARRIVED', 300),
    placed('filed', 100, 40, { isBackfilled: true }),
    fact('filed', 'ARRIVED', 60, { isBackfilled: true }),
  ]);
  // They add no order to a report, which is what `send` waits for.
  await goody.post([
    fact('unplaced', 'SHIPPING_ON_TIME', 5),
    placed('damaged', 200, 20, { vendorId: 'wine', eventId: 'again' }),
  ]);
  await goody.nameVendor('flowers', 'Premium Flowers', 'Flowers');
});

afterAll(async () => {
  await browser?.close();
  await goody?.end();
});

/** A time as the page shows it, in the time zone of the browser, which is that of the tests. */
const exactly = (hours: number) =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(ago(hours)));
const open = (orderId: string, options = {}) => visit(browser, `${goody.address}/orders/${orderId}`, options);
const parts = (page: Page) => page.getByRole('region', { name: 'Duration, to scale' });
const steps = async (page: Page): Promise<string[]> => {
  const all = await page.getByRole('region', { name: 'What happened' }).getByRole('listitem').all();
  return Promise.all(all.map((step) => read(step)));
};

describe('the order page', () => {
  test('shows how it ended compared with its promise, and durations that add up', async () => {
    const { page, consoleErrors, requests } = await open('damaged');
    await expect.poll(() => heading(page)).toBe('Arrived damaged, 2 days 18 hours late.');
    expect(await read(parts(page))).toMatch(
      /^PREPARING 2 d 7 h ON ITS WAY, ON TIME 3 d 1 h PAST THE PROMISE 2 d 18 h .*8 days 2 hours in total$/i,
    );
    const widths = await parts(page)
      .getByRole('listitem')
      .evaluateAll((all) => all.map((part) => part.getBoundingClientRect().width));
    const total = widths.reduce((sum, width) => sum + width, 0);
    expect(widths.map((width) => Math.round((194 * width) / total))).toEqual([55, 73, 66]);
    expect(requests).toEqual(['/api/orders/by-id/damaged', '/vendors/flowers/report']);
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  test('lists its events in order, with computed steps and with events that changed nothing', async () => {
    const { page } = await open('damaged', { timezoneId: 'Asia/Tokyo' });
    const shown = await steps(page);
    const titles = [
      /Placed Gift: bouquet, \$64\.00\. Promised for/,
      /Placed Changes nothing This is another placement event\..*It has another vendor, wine\. It has another promise,/,
      /On its way Carried by northwind\. Tracking number NW-1\./,
      /The promise passed The order had not ended\. Computed by Goody, not reported\. 3 d 1 h later/,
      /Reported as delayed “Held up on the way” 1 d 12 h later/,
      /Arrived 1 d 6 h later/,
      /Reported damaged Correction “Broken when unpacked” Corrects the outcome/,
      /Sent again It was lost or damaged: a later arrival is that of the replacement/,
    ];
    expect(shown).toHaveLength(titles.length);
    for (const [index, title] of titles.entries()) expect(shown[index]).toMatch(title);
    const happened = page.getByRole('region', { name: 'What happened' });
    await expect.poll(() => read(happened)).toContain('Times are in your time zone (Asia/Tokyo)');
    await expect.poll(() => read(happened)).toContain('All events were received together');
    const first = happened.locator('time').filter({ hasText: /:/ }).first();
    await expect.poll(() => first.getAttribute('title')).toMatch(/UTC$/);
    await page.context().close();
  });

  test('of several parcels shows each of them, and names the parcel of an event', async () => {
    const { page, consoleErrors } = await open('boxes');
    await expect.poll(() => heading(page)).toBe('On its way, 2 days 2 hours late.');
    await expectRow(page, /^Parcels/, { Parcel: 'box-1', Status: 'Arrived', Ended: exactly(60), Arrived: exactly(60) });
    await expectRow(page, /^Parcels/, {
      Parcel: 'box-2',
      Status: 'Shipping, delayed',
      'Handed over': exactly(80),
      Arrived: '– none: no arrival at the customer was reported',
    });
    const shown = await steps(page);
    expect(shown[1]).toMatch(/On its way Parcel box-1 /);
    expect(shown[2]).toMatch(/On its way Parcel box-2 depot Hamburg /);
    const facts = await read(page.getByRole('region', { name: 'Facts' }));
    expect(facts).toContain('Reference Nº 2026/1141');
    expect(facts).toContain(`Handed over ${exactly(80)} 1 day 16 hours after the ship-by`);
    expect(facts).toContain('Destination Bayern, Germany, postal code 80…');
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  test('states a return and a refund after the arrival, which change no outcome', async () => {
    const { page } = await open('back');
    await expect.poll(() => heading(page)).toBe('Arrived 20 hours early.');
    const facts = await read(page.getByRole('region', { name: 'Facts' }));
    expect(facts).toContain(`Returned ${exactly(90)}`);
    expect(facts).toContain(`Refunded ${exactly(80)}`);
    expect(await steps(page)).toMatchObject([
      expect.stringContaining('Placed'),
      expect.stringContaining('Arrived'),
      expect.stringContaining('Returned by the customer It had arrived at the customer.'),
      expect.stringContaining('Refunded Cancelled after the end'),
    ]);
    await page.context().close();
  });

  test('states that times are suspect', async () => {
    const { page } = await open('early');
    await expect.poll(() => heading(page)).toBe('Arrived; its times are suspect.');
    await page.getByText('Suspect times.').waitFor();
    await page.context().close();
  });

  test('of an open order shows when it is due, and the time left', async () => {
    const { page } = await open('coming');
    await expect.poll(() => heading(page)).toMatch(/^On its way, due in 2 days [12] hours?\.$/);
    await expect.poll(() => read(parts(page))).toMatch(/TIME LEFT 2 d/i);
    expect((await steps(page)).at(-1)).toMatch(/Promised Not reached yet\.$/);
    await page.context().close();
  });

  test('of an overdue order links to the other overdue orders of its vendor', async () => {
    const { page } = await open('overdue');
    await expect.poll(() => heading(page)).toBe('Not shipped yet, 1 day 2 hours late.');
    expect((await steps(page)).at(-1)).toMatch(/Still open .*Computed by Goody, not reported\. 1 d 2 h later/);
    await page.getByRole('link', { name: 'Show these orders' }).click();
    await expectSearch(page, {
      vendorId: 'flowers',
      delayed: 'true',
      status: 'PLACED,SHIPPING_ON_TIME,SHIPPING_DELAYED',
    });
    await expect.poll(() => heading(page)).toBe('2 overdue orders.');
    await page.getByRole('link', { name: 'Order overdue' }).click();
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
    await page.getByRole('link', { name: 'See the vendor' }).click();
    await expect.poll(() => heading(page)).toContain('Premium Flowers');
    await page.context().close();
  });

  test('of an imported order notes once that its events came from a file, and marks none as received late', async () => {
    const { page } = await open('filed');
    await expect.poll(() => heading(page)).toBe('Arrived 20 hours early.');
    const happened = await read(page.getByRole('region', { name: 'What happened' }));
    expect(happened).toContain('All events were imported later, from a file');
    expect(happened).not.toMatch(/Received .* later/);
    await page.context().close();
  });

  test('marks an event that was received long after it occurred', async () => {
    const { page } = await open('unplaced');
    expect((await steps(page))[0]).toMatch(/Received 5 hours later/);
    await page.context().close();
  });

  test('of an order without a placement states that it is not counted yet', async () => {
    const { page, consoleErrors, requests } = await open('unplaced');
    await expect.poll(() => heading(page)).toBe('No placement received.');
    await page.getByText('the order is not in any list or count').waitFor();
    expect((await steps(page))[0]).toMatch(/On its way Waiting for the placement\./);
    expect(requests).toEqual(['/api/orders/by-id/unplaced']);
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  test('of an unknown order shows "not found" with a reference', async () => {
    const { page } = await open('unknown');
    await expect.poll(() => heading(page)).toMatch(/not|no /i);
    await page.getByText('Reference').waitFor();
    await page.context().close();
  });
});

describe('an order on a past day', () => {
  test('is shown as it stood then, and leads to the lists of that day', async () => {
    const date = new Date(now - 72 * HOUR).toISOString().slice(0, 10);
    const { page, consoleErrors } = await visit(browser, `${goody.address}/orders?asOf=${date}&vendorId=flowers`);
    await page.getByRole('link', { name: 'damaged', exact: true }).click();
    await expectSearch(page, { asOf: date });
    const { order } = await goody.readAt<'/api/orders/{id}'>('/api/orders/damaged', { asOf: date });
    expect(order).toMatchObject({ status: 'SHIPPING_ON_TIME', completedAt: null, isDelayed: true });
    await expect.poll(() => heading(page)).toMatch(/^On its way, .* late\.$/);
    await expect.poll(() => page.title()).toMatch(/^Order damaged, end of \d+ \w{3} \d{4} · Goody$/);
    const happened = page.getByRole('region', { name: 'What happened' });
    expect(await read(happened)).not.toMatch(/Broken|Held up/);

    const vendor = page.getByRole('region', { name: 'Facts' }).getByRole('link', { name: 'flowers' });
    expect(await vendor.getAttribute('href')).toBe(`/vendors/flowers?date=${date}`);

    // The day before its placement.
    const bar = page.getByRole('navigation', { name: 'Date' });
    await bar.getByLabel('Date').fill(new Date(now - 240 * HOUR).toISOString().slice(0, 10));
    await expect.poll(() => heading(page)).toBe('Not placed yet.');
    await bar.getByRole('link', { name: 'Show today' }).click();
    await expectSearch(page, {});
    await expect.poll(() => heading(page)).toMatch(/damaged/i);
    expect(await read(happened)).toMatch(/Broken when unpacked/);
    expect(consoleErrors).toEqual([]);
    await page.context().close();
  });

  test('dates have the order of the language of the browser', async () => {
    const { page } = await visit(browser, `${goody.address}/orders/damaged?asOf=2026-01-31`, { locale: 'en-US' });
    await expect.poll(() => page.title()).toBe('Order damaged, end of Jan 31, 2026 · Goody');
    await page.context().close();
  });
});
