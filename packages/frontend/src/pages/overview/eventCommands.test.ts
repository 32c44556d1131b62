import { expect, test } from 'vitest';
import { copyCommand, eventCommand } from './eventCommands';

const NOW = Date.parse('2026-11-28T23:30:12.345Z');

test('the command sends a complete placement of now to this server', () => {
  const command = eventCommand('http://127.0.0.1:8080', false, NOW);
  const [, url, header, body] = /^curl (\S+) \\\n {2}-H '([^']+)' \\\n {2}-d '([^']+)'$/.exec(command) ?? [];
  expect(url).toBe('http://127.0.0.1:8080/api/orders/events');
  expect(header).toBe('content-type: application/json');
  expect(JSON.parse(body ?? '')).toMatchObject({
    status: 'PLACED',
    occurredAt: '2026-11-28T23:30:12Z',
    shipBy: '2026-11-30',
    estimatedDelivery: '2026-12-02',
  });
});

test('the command has the header of a token only where the server needs one', () => {
  const line = "\n  -H 'authorization: Bearer TOKEN' \\\n";
  expect(eventCommand('https://goody.example.com', true, NOW)).toContain(line);
  expect(eventCommand('https://goody.example.com', false, NOW)).not.toContain('authorization');
});

test('the events of another database are sent as lines', () => {
  expect(copyCommand('https://goody.example.com')).toBe(
    [
      'goody export events | curl https://goody.example.com/api/orders/events \\',
      "  -H 'content-type: application/x-ndjson' \\",
      "  -H 'authorization: Bearer TOKEN' \\",
      '  --data-binary @-',
    ].join('\n'),
  );
});
