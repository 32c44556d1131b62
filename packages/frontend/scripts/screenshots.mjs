/**
 * Takes screenshots of every page and state, for review by a person. Writes them to dist/screenshots.
 *
 * With SCREENSHOTS=vendor,stale it takes only those whose name contains one of the words.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { launch } from './chromium.mjs';
import { failingVendor, fill, hasOlist, newToken, OLIST_DATE, root, Server, withoutOlist } from './server.mjs';
import { orders, sendStuckOrders } from './stuck.mjs';

/** @typedef {import('playwright-core').Page} Page */
/**
 * @typedef {object} Picture
 * @property {Server} server
 * @property {string} path
 * @property {readonly number[]} [widths]
 * @property {(page: Page) => Promise<unknown>} [before] runs before the page is opened
 * @property {(page: Page) => Promise<unknown>} [after] runs after the page is opened; by default waits for the heading
 */

const everyWidth = [1440, 768, 360];
const schemes = /** @type {const} */ (['light', 'dark']);

/** A date of Olist on which most open orders were past their promise. */
const OVERDUE_DATE = '2018-03-15';

const folder = join(root, 'dist/screenshots');
const words = process.env.SCREENSHOTS?.split(',') ?? [''];
const demo = new Server();
const empty = new Server();
const emptyGuarded = new Server();
const olist = new Server();
const guarded = new Server();
const stuck = new Server();
const failing = new Server();
const token = newToken('desk', 'read');
const browser = await launch();
try {
  if (words.includes('')) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await demo.open(fill.demo);
  await empty.open();
  await emptyGuarded.open([], { GOODY_API_TOKENS: token.line });
  await stuck.open(fill.demo);
  await sendStuckOrders(stuck.address);
  await failing.open(fill.failing);
  await guarded.open(fill.demo, { GOODY_API_TOKENS: token.line, GOODY_PROTECT_READS: 'true' });
  if (hasOlist) await olist.open(fill.olist);
  else console.log(withoutOlist);

  const pictures = {
    ...(await pages(demo)),
    ...stuckPages(),
    'failing-overview': { server: failing, path: '/' },
    'failing-vendor': { server: failing, path: `/vendors/${failingVendor}` },
    ...(await states()),
    ...accessStates(),
    ...(hasOlist ? await pagesOfOlist() : {}),
  };
  for (const [name, picture] of Object.entries(pictures)) {
    if (words.some((word) => name.includes(word))) await take(name, picture);
  }
  console.log(`Pictures: ${folder}`);
} finally {
  await browser.close();
  for (const server of [demo, empty, emptyGuarded, olist, guarded, stuck, failing]) await server.end();
}

/**
 * Every page with data.
 * @param {Server} server
 * @returns {Promise<Record<string, Picture>>}
 */
async function pages(server) {
  const worst = await vendor(server, 'risk=high,medium,low');
  return {
    overview: { server, path: '/' },
    'overview-mail': { server, path: '/', after: openMail },
    'overview-of-28-days': { server, path: '/?window=28d&against=week' },
    vendors: { server, path: '/vendors' },
    proof: { server, path: `/vendors/${worst}/proof?of=onTime` },
    vendor: { server, path: `/vendors/${worst}` },
    'vendor-of-the-best': { server, path: `/vendors/${await vendor(server, 'sortBy=reliabilityScore&order=desc')}` },
    orders: { server, path: '/orders' },
    'orders-filtered': { server, path: `/orders?vendorId=${worst}&status=DAMAGED,LOST` },
    'orders-to-chase': { server, path: '/orders?delayedByHours=24&valueFrom=3000', after: showFilters },
    'orders-not-on-time': { server, path: `/orders?vendorId=${worst}&dueFrom=2020-01-01&onTime=false` },
    recent: { server, path: '/orders/recent' },
    'order-arrived': { server, path: `/orders/${await order(server, 'status=ARRIVED')}` },
    'order-damaged': { server, path: `/orders/${await order(server, 'status=DAMAGED')}` },
    'order-delayed': { server, path: `/orders/${await order(server, 'status=SHIPPING_DELAYED')}` },
    'not-found': { server, path: '/no/such/page' },
  };
}

/** @param {import('playwright-core').Page} page */
async function openMail(page) {
  await page
    .getByRole('button', { name: /^Write/ })
    .first()
    .click();
  await page.getByRole('textbox', { name: 'Text' }).waitFor();
}

/**
 * A vendor that has stalled, orders of several parcels, and an order without a placement.
 * @returns {Record<string, Picture>}
 */
function stuckPages() {
  const server = stuck;
  return {
    'stuck-overview': { server, path: '/' },
    'stuck-vendor': { server, path: '/vendors/quiet-press' },
    ...Object.fromEntries(
      Object.entries(orders).map(([name, id]) => [`stuck-order-${name}`, { server, path: `/orders/${id}` }]),
    ),
  };
}

/** @returns {Promise<Record<string, Picture>>} */
async function pagesOfOlist() {
  const widths = [1440];
  const date = `date=${OLIST_DATE}`;
  const busiest = await vendor(olist, `${date}&sortBy=totalOrders&order=desc`);
  return {
    'olist-overview': { server: olist, widths, path: `/?${date}` },
    'olist-vendor': { server: olist, widths, path: `/vendors/${busiest}?${date}` },
    'olist-overdue-overview': { server: olist, path: `/?date=${OVERDUE_DATE}` },
    'olist-overdue-orders': {
      server: olist,
      path: `/orders?status=PLACED,SHIPPING_ON_TIME,SHIPPING_DELAYED&delayed=true&sort=promise&asOf=${OVERDUE_DATE}`,
    },
    'olist-overdue-vendor': {
      server: olist,
      path: `/vendors/${await vendor(olist, `date=${OVERDUE_DATE}`)}?date=${OVERDUE_DATE}`,
    },
    'olist-orders': { server: olist, widths, path: '/orders' },
    'olist-recent': { server: olist, widths, path: '/orders/recent' },
    'olist-order': { server: olist, widths, path: `/orders/${await order(olist, 'status=ARRIVED')}` },
  };
}

/**
 * Pages without data, while loading, with errors, and with outdated data.
 * @returns {Promise<Record<string, Picture>>}
 */
async function states() {
  const ids = { vendor: await vendor(demo, ''), order: await order(demo, '') };
  const paths = {
    overview: '/',
    vendor: `/vendors/${ids.vendor}`,
    orders: '/orders',
    recent: '/orders/recent',
    order: `/orders/${ids.order}`,
  };
  /** @type {Record<string, Picture>} */
  const pictures = {
    'empty-overview': { server: empty, path: '/', after: waitForWaysIn },
    'empty-filling': { server: empty, path: '/', before: stopDemoHalfway, after: fillWithDemo },
    'empty-full': { server: empty, path: '/', before: refuseDemo, after: fillWithDemo },
    'empty-with-tokens': { server: emptyGuarded, path: '/', after: waitForWaysIn },
    'empty-orders': { server: empty, path: '/orders' },
    'empty-recent': { server: empty, path: '/orders/recent' },
    'none-vendors': { server: demo, path: '/vendors?q=nothing' },
    'none-orders': { server: demo, path: '/orders?status=LOST&dateFrom=2020-01-01&dateTo=2020-01-02' },
    'error-date': { server: demo, path: '/?date=someday' },
    'unknown-vendor': { server: demo, path: '/vendors/unknown' },
    'unknown-order': { server: demo, path: '/orders/nothing' },
  };
  for (const [name, path] of Object.entries(paths)) {
    // A page shows placeholders only after a short delay. This request never gets a response, so they appear.
    pictures[`loading-${name}`] = {
      server: demo,
      path,
      before: (page) => page.route(isApiRequest, () => {}),
      after: (page) => page.locator('main [aria-busy="true"]').first().waitFor(),
    };
    pictures[`error-${name}`] = {
      server: demo,
      path,
      before: (page) => page.route(isApiRequest, (route) => route.abort()),
    };
  }
  for (const [name, path] of [
    ['overview', paths.overview],
    ['orders', paths.orders],
  ]) {
    pictures[`stale-${name}`] = {
      server: demo,
      path: path ?? '/',
      after: async (page) => {
        await waitForHeading(page);
        await page.route(isApiRequest, (route) => route.abort());
        await page.getByRole('button', { name: 'Refresh' }).click();
        await page.getByRole('button', { name: 'Try again' }).waitFor();
      },
    };
  }
  pictures['unanswered-orders'] = {
    server: demo,
    path: paths.orders,
    after: async (page) => {
      await waitForHeading(page);
      await page.route(isApiRequest, (route) => route.abort());
      await page.getByRole('link', { name: 'Next' }).click();
      await page.getByText('Your last choice could not be loaded.').waitFor();
    },
  };
  pictures.offline = {
    server: demo,
    path: '/',
    after: async (page) => {
      await waitForHeading(page);
      await page.context().setOffline(true);
    },
  };
  return pictures;
}

/**
 * Pages of a server that requires a token, rejects a request, or is overloaded.
 * @returns {Record<string, Picture>}
 */
function accessStates() {
  /**
   * @param {Page} page
   * @param {string} value
   */
  async function enterToken(page, value) {
    await page.getByLabel('Token', { exact: true }).fill(value);
    await page.getByRole('button', { name: 'Use token' }).click();
  }
  /** @type {Record<string, Picture>} */
  const pictures = {
    'token-wanted': { server: guarded, path: '/' },
    'token-refused': {
      server: guarded,
      path: '/orders',
      after: async (page) => {
        await enterToken(page, 'made-up');
        await page.getByText('This token is unknown.').waitFor();
      },
    },
    'token-kept': {
      server: guarded,
      path: '/orders?status=DAMAGED',
      after: async (page) => {
        await enterToken(page, token.word);
        await page.getByRole('button', { name: 'Export CSV' }).waitFor();
        await page.getByRole('button', { name: 'Forget token' }).waitFor();
      },
    },
  };
  for (const [code, status, title] of /** @type {const} */ ([
    ['RATE_LIMITED', 429, 'Too many requests'],
    ['OVERLOADED', 503, 'The server is overloaded'],
    ['FORBIDDEN', 403, 'Not allowed'],
  ])) {
    const problem = {
      code,
      title,
      detail: 'This host is not one that is served.',
      errors: [],
      correlationId: 'picture',
    };
    pictures[`refused-${code.toLowerCase()}`] = {
      server: demo,
      path: '/',
      before: (page) =>
        page.route(isApiRequest, (route) =>
          route.fulfill({
            status,
            contentType: 'application/problem+json',
            headers: { 'retry-after': '12' },
            body: JSON.stringify(problem),
          }),
        ),
    };
  }
  return pictures;
}

/** @param {URL} url */
function isApiRequest(url) {
  return /^\/(api|dashboard|health)\b|^\/vendors\/.+\/report$/.test(url.pathname);
}

/**
 * Enlarges the viewport to the whole page, as the browser does not render rows off screen. Twice, because the height of a row is only known once it is rendered.
 * @param {Page} page
 */
async function showWholePage(page) {
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
  for (let time = 0; time < 2; time += 1) {
    const whole = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width, height: Math.max(height, whole) });
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }
}

/**
 * Takes one screenshot of the whole page per width and theme.
 * @param {string} name
 * @param {Picture} picture
 */
async function take(name, { server, path, widths = everyWidth, before, after = waitForHeading }) {
  for (const colorScheme of schemes) {
    for (const width of widths) {
      const viewport = { width, height: width < 600 ? 780 : 900 };
      const context = await browser.newContext({ locale: 'en-GB', viewport, colorScheme, reducedMotion: 'reduce' });
      const page = await context.newPage();
      await before?.(page);
      await page.goto(server.address + path);
      await after(page);
      await showWholePage(page);
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
      await context.close();
    }
  }
  console.log(`${name}: ${path}`);
}

/** @param {Page} page */
function waitForHeading(page) {
  return page.getByRole('heading', { level: 1 }).waitFor();
}

/**
 * Waits for the ways in of an empty database.
 * @param {Page} page
 */
function waitForWaysIn(page) {
  return page.getByRole('heading', { name: 'Send events as they happen' }).waitFor();
}

/**
 * Asks for demo orders. The picture is of the response that `stopDemoHalfway` or `refuseDemo` gives, so that the database stays empty.
 * @param {Page} page
 */
async function fillWithDemo(page) {
  await page.getByRole('button', { name: 'Add demo orders' }).click();
  await page.getByRole('progressbar').or(page.getByRole('alert')).waitFor();
}

/**
 * The response to demo orders has its first steps only. A fulfilled route has an end, so the page reads a body that has none.
 * @param {Page} page
 */
async function stopDemoHalfway(page) {
  await page.addInitScript(() => {
    const original = window.fetch;
    window.fetch = async (input, options) => {
      if (input !== '/api/demo') return original(input, options);
      const line = `${JSON.stringify({ events: 4000, percent: 41.7, isComplete: false })}\n`;
      return new Response(
        new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(line)) }),
      );
    };
  });
}

/** @param {Page} page */
function refuseDemo(page) {
  return page.route('**/api/demo', (route) =>
    route.fulfill({
      status: 409,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        code: 'NOT_EMPTY',
        title: 'The database is not empty',
        detail: 'Demo orders would mix with the events that it has. Start with another --database.',
        errors: [],
        correlationId: 'picture',
      }),
    }),
  );
}

/**
 * Waits for a list of orders, and opens its filters on a phone.
 * @param {Page} page
 */
async function showFilters(page) {
  await waitForHeading(page);
  const toggle = page.getByRole('button', { name: 'Change filters' });
  if (await toggle.isVisible()) await toggle.click();
}

/**
 * The id of the first vendor that matches a query.
 * @param {Server} server
 * @param {string} query
 */
async function vendor(server, query) {
  const { vendors } = await (await fetch(`${server.address}/api/vendors?limit=1&${query}`)).json();
  return encodeURIComponent(vendors[0].vendorId);
}

/**
 * The id of the first order that matches a query.
 * @param {Server} server
 * @param {string} query
 */
async function order(server, query) {
  const { orders } = await (await fetch(`${server.address}/api/orders?limit=1&${query}`)).json();
  return encodeURIComponent(orders[0].orderId);
}
