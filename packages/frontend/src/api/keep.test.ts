import { expect, test } from 'vitest';
import { ApiError } from './client';
import { keep } from './keep';

const failure = new ApiError({ code: 'UNREACHABLE', title: 'No', detail: 'No.', correlationId: 'c-1', fields: [] });
const asked = (href: string, cause = 'stay') => ({ location: { pathname: href.replace(/\?.*/, ''), href }, cause });
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

test('another search of the same page is told what the page shows; Refresh and other pages are not', async () => {
  const shown = async (href: string, cause?: string) =>
    keep<string>(asked(href, cause), async (before) => `${href} after ${before}`);
  await expect(shown('/orders', 'enter')).resolves.toBe('/orders after undefined');
  await expect(shown('/orders?a')).resolves.toBe('/orders?a after /orders after undefined');
  await expect(shown('/orders?a')).resolves.toBe('/orders?a after undefined');
  await expect(shown('/orders?b', 'enter')).resolves.toBe('/orders?b after undefined');
  await expect(shown('/?b')).resolves.toBe('/?b after undefined');
});

test('what was read with a token is shown to nobody once it is not accepted, whatever happens then', async () => {
  const code = 'UNAUTHENTICATED';
  const refusal = new ApiError({ code, title: 'No', detail: 'No.', correlationId: 'c-2', fields: [] });
  await expect(keep(asked('/', 'enter'), async () => 'numbers')).resolves.toBe('numbers');
  await expect(keep(asked('/'), () => Promise.reject(refusal))).rejects.toBe(refusal);
  await expect(keep(asked('/'), failing)).rejects.toBe(failure);
});
