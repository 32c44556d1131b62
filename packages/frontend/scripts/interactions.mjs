/**
 * Measures the response time of a list of many vendors: from a key press or a click until the new rows are painted,
 * on this machine, over loopback. Prints a table. It is a measurement without a limit, not a test.
 */
import { launch } from './chromium.mjs';
import { fill, hasOlist, OLIST_DATE, Server, withoutOlist } from './server.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Locator} Locator */

const VENDORS = 1_600;
const ROUNDS = 15;
/** The time in milliseconds that users perceive as immediate. */
const GOAL = 100;

/** @typedef {{ control: (page: Page) => Locator, act: (control: Locator) => Promise<unknown> }} Interaction */

/** The measured interactions. Each changes the rows of the table. @type {Record<string, Interaction>} */
const interactions = {
  'sort by click': {
    control: (page) => page.getByRole('button', { name: 'Vendor', exact: true }),
    act: (control) => control.click(),
  },
  'sort by key': {
    control: (page) => page.getByRole('button', { name: 'Vendor', exact: true }),
    act: (control) => control.press('Enter'),
  },
  'next page': { control: (page) => page.getByRole('link', { name: 'Next' }), act: (control) => control.click() },
  search: {
    control: (page) => page.getByRole('searchbox'),
    act: async (control) => {
      await control.fill('7');
      await control.press('Enter');
    },
  },
  'date step': {
    control: (page) => page.getByRole('link', { name: /^The day before/ }),
    act: (control) => control.click(),
  },
  'filter by risk': {
    control: (page) => page.getByRole('button', { name: 'Low risk' }),
    act: (control) => control.click(),
  },
};

const generated = new Server();
const olist = new Server();
const browser = await launch();
try {
  console.log(['milliseconds until shown'.padEnd(46), 'median', 'slowest', `within ${GOAL}`].join('  '));
  await generated.open();
  await sendOrders(generated);
  await measureAll(`${VENDORS} vendors today`, `${generated.address}/vendors`);
  if (hasOlist) {
    await olist.open(fill.olist);
    await measureAll('1,610 vendors of Olist', `${olist.address}/vendors?date=${OLIST_DATE}`);
  } else console.log(withoutOlist);
} finally {
  await browser.close();
  await generated.end();
  await olist.end();
}

/**
 * @param {string} name
 * @param {string} url
 */
async function measureAll(name, url) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  for (const [interaction, { control, act }] of Object.entries(interactions)) {
    const times = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      await page.goto(url);
      await page.getByRole('table').waitFor();
      await scrollTo(control(page));
      const time = await measure(page, () => act(control(page)));
      // The first round is not counted: the browser compiles the code in it.
      if (round > 0) times.push(time);
    }
    times.sort((a, b) => a - b);
    const within = times.filter((time) => time <= GOAL).length;
    const median = times[Math.floor(times.length / 2)] ?? Number.NaN;
    console.log(
      [
        `${name}: ${interaction}`.padEnd(46),
        median.toFixed(0).padStart(6),
        (times.at(-1) ?? Number.NaN).toFixed(0).padStart(7),
        `${within} of ${times.length}`.padStart(10),
      ].join('  '),
    );
  }
  await page.close();
}

/**
 * Scrolls to a control with the mouse wheel, as a user does, and waits until it is painted.
 * @param {Locator} control
 */
async function scrollTo(control) {
  const isVisible = () =>
    control.evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    });
  while (!(await isVisible())) {
    await control.page().mouse.wheel(0, 200);
    await control.evaluate(() => new Promise(requestAnimationFrame));
  }
  // With a timeout: after wheel events, headless Chromium may never report that it is idle.
  await control.evaluate(() => new Promise((done) => requestIdleCallback(done, { timeout: 1_000 })));
}

/**
 * The time in milliseconds from the last key press or click before the rows change until the frame with the new rows is painted.
 * @param {Page} page
 * @param {() => Promise<unknown>} act
 * @returns {Promise<number>}
 */
async function measure(page, act) {
  const shown = page.evaluate(
    () =>
      /** @type {Promise<number>} */ (
        new Promise((done, fail) => {
          setTimeout(() => fail(new Error('the rows did not change within 20 seconds')), 20_000);
          const rows = () => [...document.querySelectorAll('tbody tr')].map((row) => row.textContent).join('\n');
          const before = rows();
          let start = 0;
          const recordStart = (/** @type {Event} */ event) => {
            start = event.timeStamp;
          };
          for (const type of ['pointerup', 'keydown']) addEventListener(type, recordStart, { capture: true });
          const observer = new MutationObserver(() => {
            if (start === 0 || rows() === before) return;
            observer.disconnect();
            // The browser paints the frame after its callbacks, and then delivers the message.
            requestAnimationFrame(() => {
              const { port1, port2 } = new MessageChannel();
              port1.onmessage = () => done(performance.now() - start);
              port2.postMessage(null);
            });
          });
          observer.observe(document.body, { subtree: true, childList: true, characterData: true });
        })
      ),
  );
  // The page must have its listeners before the interaction.
  await page.evaluate(() => undefined);
  await act();
  return shown;
}

/**
 * Sends recent orders of `VENDORS` vendors, and waits until the list has all of them.
 * @param {Server} server
 */
async function sendOrders(server) {
  const now = Date.now();
  const at = (/** @type {number} */ days) => new Date(now - days * 86_400_000).toISOString();
  const lines = Array.from({ length: VENDORS }, (_, vendor) =>
    Array.from({ length: vendor % 8 === 0 ? 60 : 1 + (vendor % 13) }, (_, order) => {
      const orderId = `${vendor}-${order}`;
      // On nine days, so that each date has other numbers.
      const days = 0.5 + (order % 9);
      const placed = {
        eventId: `${orderId}-0`,
        orderId,
        vendorId: `vendor-${vendor}`,
        status: 'PLACED',
        occurredAt: at(days),
        estimatedDelivery: at(days / 4),
      };
      const ended = {
        eventId: `${orderId}-1`,
        orderId,
        status: order % (4 + (vendor % 7)) === 3 ? 'LOST' : 'ARRIVED',
        occurredAt: at(days / 2),
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
