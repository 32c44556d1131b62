// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import type { Dashboard } from '../../api/types';
import { renderAt, textOf } from '../../ui/renderAt.fixture';
import { reportLink } from '../orders/CountLink';
import { CallSheet } from './CallSheet';
import { call, change, dashboard } from './overview.fixture';

async function render(of: Dashboard, isPast = false): Promise<HTMLElement> {
  const report = reportLink({ date: of.date, isPast, page: 'Overview' }, {}, undefined);
  return renderAt(<CallSheet dashboard={of} report={report} />);
}

async function shown(of: Dashboard, isPast = false): Promise<string[]> {
  const element = await render(of, isPast);
  const items = [...element.querySelectorAll('li')];
  return items.length > 0 ? items.map(textOf) : [textOf(element)];
}

describe('the call sheet', () => {
  test('says that all is clear only if nothing is at risk, stuck or missing', async () => {
    expect(await shown(dashboard())).toEqual([
      'All clear No vendor is at risk, and no order is overdue, unshipped or stalled.',
    ]);
    expect(await shown({ ...dashboard(), unplacedOrders: 2 })).toEqual(['']);
    expect(await shown({ ...dashboard(), silentSince: '2026-11-27T04:30:00Z' })).toEqual(['']);
    expect((await shown(dashboard({ totalStalledOrders: 2 })))[0]).toBe(
      '2 orders stalled Still open. All vendors: the worst first. See the 2 orders',
    );
  });

  test('says what to say: since when nothing arrives, what is overdue, since when and how sure', async () => {
    const sunroom = call('Sunroom', {
      supportContact: 'care@sunroom.example',
      change: change('Sunroom'),
      riskLevel: 'high',
      activeOrders: 127,
      delayedOrders: 78,
      unshippedOrders: 12,
      lastArrivalAt: '2026-11-19T10:00:00Z',
      overdueValue: [{ currency: 'USD', amount: 451_600 }],
    });
    expect(await shown({ ...dashboard(), calls: [sunroom] })).toEqual([
      'Sunroom misses more promises Nothing delivered since 19 Nov 2026. 78 overdue ($4,516), 12 not shipped in time. Since about Thu 19 Nov: 31 of 96 orders due were missed, where 12 were to be expected. 97.1 % sure. care@sunroom.example Write to Sunroom',
    ]);
  });

  test('states the rate that is the reason, and how likely it is too low', async () => {
    const late = call('late', {
      riskLevel: 'high',
      riskReason: 'onTime',
      riskProbability: 0.9999,
      dueOrders: 69,
      onTimeDeliveries: 0,
      trendPercentage: -9,
    });
    const failing = call('failing', {
      riskLevel: 'medium',
      riskReason: 'reliability',
      riskProbability: 0.61,
      trendPercentage: -9,
    });
    expect(await shown({ ...dashboard(), calls: [late, failing] })).toEqual([
      'late is failing 0 of 69 due orders arrived on time. >99.9 % likely below 85 %. Write to late',
      'failing is at risk 38 of 40 completed orders arrived; reliability is 9.0 points worse than before. 61.0 % likely below 85 %. Write to failing',
    ]);
  });

  test('of a vendor that is not at risk starts with its overdue orders', async () => {
    const behind = call('few', {
      riskLevel: 'insufficient',
      completedOrders: 0,
      issueCount: 0,
      dueOrders: 3,
      onTimeDeliveries: 2,
      activeOrders: 60,
      delayedOrders: 41,
      lastArrivalAt: '2026-11-22T10:00:00Z',
    });
    expect((await shown({ ...dashboard(), calls: [behind] }))[0]).toBe(
      'few is behind 41 overdue. Nothing completed in 7 days; 2 of 3 due orders arrived on time. Write to few',
    );
  });

  test('says that it is not one vendor, and who is worse than that', async () => {
    const changes = [change(null), change('acme'), change('late')];
    const [many] = await shown({ ...dashboard(), openEpisodes: 3, changes });
    expect(many).toBe(
      'It is not one vendor Many have missed more since about Thu 19 Nov: 31 of 96 orders due were missed, where 12 were to be expected. 97.1 % sure. 3 vendors are worse than that: acme, late and others.',
    );
  });

  test('says that next to nothing comes in, and who may have changed', async () => {
    const [blind] = await shown({ ...dashboard(), isBlind: true });
    expect(blind).toContain('Next to nothing comes in A feed problem?');
    const watch = [{ vendorId: 'a', name: 'Alder', signal: 'rush' as const, probability: 0.6214 }];
    expect((await shown({ ...dashboard(), watch }))[0]).toContain('Not sure yet: Alder (62.1 %)');
  });

  test('links the orders, also as of a past date', async () => {
    const stuck = dashboard({ totalDelayedOrders: 1, totalStalledOrders: 5 });
    const value = [{ currency: 'USD', amount: 4250 }];
    expect(await shown({ ...stuck, overdueValue: value })).toEqual([
      '1 order past its promise $43 of gifts not arrived yet. Open orders: 5 stalled. All vendors: the worst first. See the order',
    ]);
    const links = [...(await render(stuck, true)).querySelectorAll('a')];
    expect(links.map((link) => [link.getAttribute('aria-label'), link.search])).toEqual([
      [
        '5 stalled, end of 22 Nov 2026: show the orders',
        '?status=PLACED,SHIPPING_ON_TIME,SHIPPING_DELAYED&stalled=true&asOf=2026-11-22',
      ],
      [null, ''],
      [null, '?status=PLACED,SHIPPING_ON_TIME,SHIPPING_DELAYED&delayed=true&sort=promise&asOf=2026-11-22'],
    ]);
  });
});
