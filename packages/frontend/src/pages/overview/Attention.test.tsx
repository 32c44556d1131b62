// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import type { Dashboard, VendorRow } from '../../api/types';
import { renderAt, textOf } from '../../ui/renderAt.fixture';
import { Attention } from './Attention';
import { dashboard, vendorRow } from './overview.fixture';

async function render(of: Dashboard, vendors: VendorRow[] = [], isPast = false): Promise<HTMLElement> {
  const report = { date: of.date, isPast, page: 'Overview' };
  return renderAt(<Attention dashboard={of} worstVendors={vendors} report={report} />);
}

async function shown(of: Dashboard, vendors: VendorRow[] = [], isPast = false): Promise<string[]> {
  const element = await render(of, vendors, isPast);
  const items = [...element.querySelectorAll('li')];
  return items.length > 0 ? items.map(textOf) : [textOf(element)];
}

describe('the section about attention', () => {
  test('says that all is clear only if nothing is at risk, stuck or missing', async () => {
    expect(await shown(dashboard())).toEqual([
      'All clear No vendor is at risk, and no order is overdue, unshipped or stalled.',
    ]);
    expect(await shown({ ...dashboard(), unplacedOrders: 2 })).toEqual(['']);
    expect(await shown({ ...dashboard(), silentSince: '2026-11-27T04:30:00Z' })).toEqual(['']);
    expect((await shown(dashboard({ totalStalledOrders: 2 })))[0]).toBe(
      '2 orders stalled Still open. See the 2 orders',
    );
  });

  test('states the rate that is the reason, and the orders that are stuck', async () => {
    const late = vendorRow('late', {
      riskLevel: 'high',
      riskReason: 'onTime',
      dueOrders: 69,
      onTimeDeliveries: 0,
      trendPercentage: -9,
      delayedOrders: 78,
      unshippedOrders: 12,
      overdueValue: [{ currency: 'USD', amount: 331_500 }],
    });
    expect(await shown(dashboard(), [late])).toEqual([
      'late is failing 0 of 69 due orders arrived on time. Open orders: 78 overdue ($3,315), 12 not shipped in time. See the vendor',
    ]);
    const failing = vendorRow('failing', { riskLevel: 'medium', riskReason: 'reliability', trendPercentage: -9 });
    expect(await shown(dashboard(), [failing])).toEqual([
      'failing is at risk 38 of 40 completed orders arrived; reliability is 9.0 points worse than the week before. See the vendor',
    ]);
  });

  test('of a vendor that is not at risk starts with its overdue orders', async () => {
    const behind = vendorRow('few', {
      riskLevel: 'insufficient',
      completedOrders: 0,
      issueCount: 0,
      dueOrders: 3,
      onTimeDeliveries: 2,
      delayedOrders: 41,
    });
    expect((await shown(dashboard({ totalDelayedOrders: 41 }), [behind]))[1]).toBe(
      'few is behind 41 overdue. Nothing completed in 7 days; 2 of 3 due orders arrived on time. See the vendor',
    );
  });

  test('links the orders, also as of a past date', async () => {
    const stuck = dashboard({ totalDelayedOrders: 1, totalStalledOrders: 5 });
    const value = [{ currency: 'USD', amount: 4250 }];
    expect(await shown({ ...stuck, overdueValue: value })).toEqual([
      '1 order past its promise $43 of gifts not arrived yet. Open orders: 5 stalled. See the order',
    ]);
    expect(await shown(stuck, [], true)).toEqual([
      '1 order past its promise Still open at the end of that day. Open orders: 5 stalled. See the order',
    ]);
    const links = [...(await render(stuck, [], true)).querySelectorAll('a')];
    expect(links.map((link) => [link.getAttribute('aria-label'), link.search])).toEqual([
      [
        '5 stalled, end of 22 Nov 2026: show the orders',
        '?status=PLACED,SHIPPING_ON_TIME,SHIPPING_DELAYED&stalled=true&asOf=2026-11-22',
      ],
      [null, '?status=PLACED,SHIPPING_ON_TIME,SHIPPING_DELAYED&delayed=true&sort=promise&asOf=2026-11-22'],
    ]);
  });
});
