import { expect, test } from 'vitest';
import { ApiError } from './client';
import { keep } from './keep';

const failure = new ApiError({ code: 'UNREACHABLE', title: 'No', detail: 'No.', correlationId: 'c-1', fields: [] });
const asked = (href: string, cause = 'stay') => ({ location: { href }, cause });
const failing = () => Promise.reject(failure);

test('what was read stays when reading the same page again fails, and only then', async () => {
  await expect(keep(asked('/', 'enter'), failing), 'there is nothing to keep').rejects.toBe(failure);
  await expect(keep(asked('/', 'enter'), async () => 'numbers')).resolves.toBe('numbers');
  await expect(keep(asked('/'), failing)).resolves.toBe('numbers');
  await expect(keep(asked('/?risk=high'), failing), 'another filter').rejects.toBe(failure);
  await expect(keep(asked('/', 'enter'), failing), 'opened anew').rejects.toBe(failure);
  const fault = new TypeError('a fault of the page');
  await expect(keep(asked('/'), () => Promise.reject(fault))).rejects.toBe(fault);
});
