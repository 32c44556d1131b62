// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import type { SystemHealth } from '../../api/types';
import { renderAt, textOf } from '../../ui/renderAt.fixture';
import { HealthLine } from './HealthLine';

const line = async (status: SystemHealth['status'], issues: string[]) => {
  const element = await renderAt(
    <HealthLine health={{ status, issues, dataFreshness: 'fresh', lastUpdateMinutesAgo: 3 }} />,
  );
  return { text: textOf(element), tone: element.querySelector('section')?.getAttribute('data-health') };
};

test('a healthy system without a gap is one short line', async () => {
  expect(await line('healthy', [])).toEqual({ text: 'The system is healthy', tone: 'healthy' });
});

test('orders without a placement are stated, and the line does not say that all is healthy', async () => {
  const issue = 'events: 2 orders have events and no placement; they count nowhere until their PLACED events come';
  expect(await line('healthy', [issue])).toEqual({
    text: 'Works, but needs attention. 2 orders have events and no placement; they count nowhere until their PLACED events come.',
    tone: 'degraded',
  });
});

test('a silence is stated with its source, and its time in the time zone of the browser', async () => {
  const issue =
    'events: nothing has come in for 30 hours: the latest event is of 2026-11-27T04:30:00Z (from token shop)';
  const { text, tone } = await line('degraded', [issue, 'scheduler: ticked 5 min ago']);
  expect(tone).toBe('degraded');
  // The tests run in New York.
  expect(text).toContain('the latest event is of 26 Nov 2026, 23:30 (from token shop).');
  expect(text).toContain('Scheduler: ticked 5 min ago.');
});
