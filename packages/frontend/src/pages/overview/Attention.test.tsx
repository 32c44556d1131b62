// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import type { Dashboard, VendorRow } from '../../api/types';
import { renderAt, textOf } from '../../ui/renderAt.fixture';
import { Attention } from './Attention';
import { change, dashboard, vendorRow } from './overview.fixture';

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

  test('says since when a vendor misses more promises, how many and how sure, or that it is everybody', async () => {
    const grace = change('late', { signal: 'grace' });
    const evidence = grace.evidence && { ...grace.evidence, signal: 'grace' as const };
    const changes = [change(null), change('acme'), { ...grace, evidence, probability: 0.9999 }];
    const shownChanges = await shown({ ...dashboard(), openEpisodes: 3, changes });
    expect(shownChanges).toEqual([
      'It is not one vendor Everybody has missed more since about Thu 19 Nov: 31 of 96 orders due were missed, where 12 were to be expected. 97.1 % sure. 3 vendors are worse than that: acme, late and others.',
      'acme misses more promises Since about Thu 19 Nov: 31 of 96 orders due were missed, where 12 were to be expected. 97.1 % sure. See the vendor',
      'late misses more promises Since about Thu 19 Nov: 31 of 96 orders were not there two days after their promise, where 12 were to be expected. 99.9 % sure. See the vendor',
    ]);
  });

  test('says that next to nothing comes in, and who may have changed', async () => {
    const [blind] = await shown({ ...dashboard(), isBlind: true });
    expect(blind).toContain('Next to nothing comes in A feed problem?');
    const watch = [{ vendorId: 'a', name: 'Alder', signal: 'rush' as const, probability: 0.6214 }];
    expect((await shown({ ...dashboard(), watch }))[0]).toContain('Not sure yet: Alder (62.1 %)');
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
