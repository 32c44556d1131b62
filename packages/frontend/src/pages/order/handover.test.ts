import { describe, expect, test } from 'vitest';
import type { Order } from '../../api/types';
import { handoverDelay } from './handover';
import { plainOrder } from './order.fixture';

const NOW = Date.parse('2026-11-15T12:00:00Z');
const HOUR = 3_600_000;

const delay = (order: Partial<Order>) =>
  handoverDelay(plainOrder({ createdAt: '2026-11-10T12:00:00Z', estimatedDelivery: null, ...order }), NOW);

describe('the delay of a handover', () => {
  test('is the time after the deadline, up to the handover or up to now', () => {
    expect(delay({ shipBy: '2026-11-12T12:00:00Z', handedOverAt: '2026-11-12T15:00:00Z' })).toBe(3 * HOUR);
    expect(delay({ shipBy: '2026-11-15T10:00:00Z' })).toBe(2 * HOUR);
  });

  test('is none in time, and a deadline passes at the end of its minute', () => {
    expect(delay({ shipBy: '2026-11-12T12:00:00Z', handedOverAt: '2026-11-12T12:00:59Z' })).toBeNull();
    expect(delay({ shipBy: '2026-11-12T12:00:59Z', handedOverAt: '2026-11-12T12:01:00Z' })).toBe(1000);
    expect(delay({ shipBy: '2026-11-16T12:00:00Z' })).toBeNull();
  });

  test('is none without a deadline, or if the order ended without a handover', () => {
    expect(delay({ shipBy: null })).toBeNull();
    expect(delay({ shipBy: '2026-11-12T12:00:00Z', completedAt: '2026-11-14T12:00:00Z' })).toBeNull();
  });
});
