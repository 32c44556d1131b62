// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import type { Report } from '../../api/types';
import { renderAt, textOf } from '../../ui/renderAt.fixture';
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
  const element = await renderAt(<ToChase report={full} isPast={isPast} openedFrom={undefined} />);
  return { text: textOf(element), link: element.querySelector('a')?.getAttribute('href') ?? null };
}

describe('what is to chase', () => {
  test('is counted, with the value of the overdue gifts and a link to them', async () => {
    const { text, link } = await shown({});
    expect(text).toMatch(
      /^Overdue 78 of 127 \$3,315 Unshipped 12 past their ship-by Stalled 1,005 on their way, without news Last arrival .* ago 11 Nov 2026, 22:00$/,
    );
    expect(link).toContain('vendorId=flowers');
    expect(link).toContain('delayed=true');
  });

  test('of a past date has no list and no value', async () => {
    const { text, link } = await shown({ overdueValue: null }, true);
    expect(link).toBeNull();
    expect(text).toMatch(/^Overdue 78 of 127 open orders .* Last arrival 11 Nov 2026 until then$/);
  });

  test('of a vendor without problems has no link, and no arrival is a dash', async () => {
    const none = { activeOrders: 3, delayedOrders: 0, unshippedOrders: 0, stalledOrders: 0 };
    const { text, link } = await shown({ ...none, overdueValue: [], lastArrivalAt: null });
    expect(link).toBeNull();
    expect(text).toMatch(
      /^Overdue 0 of 3 open orders Unshipped 0 .* Stalled 0 .* Last arrival –none: no order has arrived none yet$/,
    );
  });
});
