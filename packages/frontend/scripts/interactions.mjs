/**
 * How long a list of many vendors takes to answer the hand: from the key or the click until the new rows are painted,
 * on this machine, over loopback. Prints a table; it is a measurement, not a test.
 */
import { launch } from './chromium.mjs';
import { fill, hasOlist, OLIST_DATE, Server, withoutOlist } from './server.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Locator} Locator */

const VENDORS = 1_600;
const ROUNDS = 15;
/** What feels immediate, in milliseconds. */
const GOAL = 100;

/** @typedef {{ on: (page: Page) => Locator, act: (on: Locator) => Promise<unknown> }} Act */

/** What is used, and how. Each leads to other rows than the one before it. @type {Record<string, Act>} */
const acts = {
  'sort by click': { on: (page) => page.getByRole('button', { name: 'Orders', exact: true }), act: (on) => on.click() },
  'sort by key': {
    on: (page) => page.getByRole('button', { name: 'Orders', exact: true }),
    act: (on) => on.press('Enter'),
  },
  'next page': { on: (page) => page.getByRole('link', { name: 'Next' }), act: (on) => on.click() },
  search: {
    on: (page) => page.getByRole('searchbox'),
    act: async (on) => {
      await on.fill('7');
      await on.press('Enter');
    },
  },
  'filter by risk': { on: (page) => page.getByRole('button', { name: 'Low risk' }), act: (on) => on.click() },
};

const made = new Server();
const olist = new Server();
const browser = await launch();
try {
  console.log(['milliseconds until shown'.padEnd(46), 'median', 'slowest', `within ${GOAL}`].join('  '));
  await made.open();
  await tell(made);
  await measureAll(`${VENDORS} vendors today`, `${made.address}/`);
  if (hasOlist) {
    await olist.open(fill.olist);
    await measureAll('1,610 vendors of Olist', `${olist.address}/?date=${OLIST_DATE}`);
  } else console.log(withoutOlist);
} finally {
  await browser.close();
  await made.end();
  await olist.end();
}

/**
 * @param {string} name
 * @param {string} url
 */
async function measureAll(name, url) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  for (const [what, { on, act }] of Object.entries(acts)) {
    const times = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      await page.goto(url);
      await page.getByRole('table').waitFor();
      await seen(on(page));
      const took = await measured(page, () => act(on(page)));
      // The first one has the browser compile what the others find compiled.
      if (round > 0) times.push(took);
    }
    times.sort((a, b) => a - b);
    const within = times.filter((time) => time <= GOAL).length;
    const median = times[Math.floor(times.length / 2)] ?? Number.NaN;
    console.log(
      [
        `${name}: ${what}`.padEnd(46),
        median.toFixed(0).padStart(6),
        (times.at(-1) ?? Number.NaN).toFixed(0).padStart(7),
        `${within} of ${times.length}`.padStart(10),
      ].join('  '),
    );
  }
  await page.close();
}

/**
 * Scrolls to what will be used, as a hand has to before it can, and waits until that is painted.
 * @param {Locator} control
 */
async function seen(control) {
  const isInSight = () =>
    control.evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    });
  while (!(await isInSight())) {
    await control.page().mouse.wheel(0, 200);
    await control.evaluate(() => new Promise(requestAnimationFrame));
  }
  await control.evaluate(() => new Promise((done) => requestIdleCallback(done)));
}

/**
 * From the last key or click before the rows changed until the frame that shows the new ones was painted.
 * @param {Page} page
 * @param {() => Promise<unknown>} act
 * @returns {Promise<number>}
 */
async function measured(page, act) {
  const shown = page.evaluate(
    () =>
      /** @type {Promise<number>} */ (
        new Promise((done, fail) => {
          setTimeout(() => fail(new Error('the rows stayed as they were for 20 seconds')), 20_000);
          const rows = () => [...document.querySelectorAll('tbody tr')].map((row) => row.textContent).join('\n');
          const before = rows();
          let begun = 0;
          const begins = (/** @type {Event} */ event) => {
            begun = event.timeStamp;
          };
          for (const type of ['pointerup', 'keydown']) addEventListener(type, begins, { capture: true });
          const observer = new MutationObserver(() => {
            if (begun === 0 || rows() === before) return;
            observer.disconnect();
            // The frame is painted after its callbacks; the message comes right behind it.
            requestAnimationFrame(() => {
              const { port1, port2 } = new MessageChannel();
              port1.onmessage = () => done(performance.now() - begun);
              port2.postMessage(null);
            });
          });
          observer.observe(document.body, { subtree: true, childList: true, characterData: true });
        })
      ),
  );
  // Until the page listens, nothing may be pressed.
  await page.evaluate(() => undefined);
  await act();
  return shown;
}

/**
 * Orders of so many vendors in the last days, so that every one has a row with numbers.
 * @param {Server} server
 */
async function tell(server) {
  const now = Date.now();
  const at = (/** @type {number} */ days) => new Date(now - days * 86_400_000).toISOString();
  const lines = Array.from({ length: VENDORS }, (_, vendor) =>
    Array.from({ length: vendor % 8 === 0 ? 60 : 1 + (vendor % 13) }, (_, order) => {
      const orderId = `${vendor}-${order}`;
      const placed = {
        eventId: `${orderId}-0`,
        orderId,
        vendorId: `vendor-${vendor}`,
        status: 'PLACED',
        occurredAt: at(5),
        estimatedDelivery: at(order % 2),
      };
      const ended = {
        eventId: `${orderId}-1`,
        orderId,
        status: order % (4 + (vendor % 7)) === 3 ? 'LOST' : 'ARRIVED',
        occurredAt: at(2),
      };
      return order % 3 === 2 ? [placed] : [placed, ended];
    }),
  ).flat(2);
  const response = await fetch(`${server.address}/api/orders/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines.map((event) => JSON.stringify(event)).join('\n'),
  });
  await response.text();
  for (;;) {
    const { pagination } = await (await fetch(`${server.address}/api/vendors?limit=1`)).json();
    if (pagination.total === VENDORS) return;
    await new Promise((done) => setTimeout(done, 50));
  }
}
