// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import type { Report } from '../../api/types';
import { renderAt, textOf } from '../../ui/renderAt.fixture';
import { reportLink } from '../orders/CountLink';
import { ToChase } from './ToChase';

async function shown(report: Partial<Report>, isPast = false) {
  const full = {
    vendorId: 'flowers',
    activeOrders: 127,
    delayedOrders: 78,
    unshippedOrders: 12,
    stalledOrders: 1005,
    overdueValue: [{ currency: 'USD', amount: 331_500 }],
    lastArrivalAt: '2026-11-12T03:00:00Z',
    ...report,
  } as Report;
  const element = await renderAt(
    <ToChase
      report={full}
      reportLink={reportLink({ vendorId: 'flowers', date: '2026-11-12', isPast, page: 'Flowers' }, {}, undefined)}
    />,
  );
  const links = [...element.querySelectorAll('a')].map((link) => [
    link.getAttribute('aria-label'),
    link.getAttribute('href'),
  ]);
  return { text: textOf(element), links };
}

describe('what is to chase', () => {
  test('is counted, with the value of the overdue gifts and links to the orders', async () => {
    const { text, links } = await shown({});
    expect(text).toMatch(
      /^Overdue 78 of 127 \$3,315 Unshipped 12 past their ship-by Stalled 1,005 on their way, without news Last arrival .* ago 11 Nov 2026, 22:00$/,
    );
    const open = '/orders?vendorId=flowers&status=PLACED,SHIPPING_ON_TIME,SHIPPING_DELAYED';
    expect(links).toEqual([
      ['78 overdue: show the orders', `${open}&delayed=true&sort=promise`],
      ['127 open: show the orders', open],
      ['12 unshipped: show the orders', `${open}&unshipped=true`],
      ['1,005 stalled: show the orders', `${open}&stalled=true`],
    ]);
  });

  test('of a past date has the orders as of its end, and no value', async () => {
    const { text, links } = await shown({ overdueValue: null }, true);
    expect(links.map(([label]) => label)).toContain('12 unshipped, end of 12 Nov 2026: show the orders');
    expect(links.map(([, href]) => href)).toEqual(Array(4).fill(expect.stringMatching(/&asOf=2026-11-12$/)));
    expect(text).toMatch(/^Overdue 78 of 127 open orders .* Last arrival 11 Nov 2026 until then$/);
  });

  test('of a vendor without problems has no link to any, and no arrival is a dash', async () => {
    const none = { activeOrders: 3, delayedOrders: 0, unshippedOrders: 0, stalledOrders: 0 };
    const { text, links } = await shown({ ...none, overdueValue: [], lastArrivalAt: null });
    expect(links.map(([label]) => label)).toEqual(['3 open: show the orders']);
    expect(text).toMatch(
      /^Overdue 0 of 3 open orders Unshipped 0 .* Stalled 0 .* Last arrival –none: no order has arrived none yet$/,
    );
  });
});
