// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { renderAt, textOf } from '../../ui/renderAt.fixture';
import { Parcels } from './Parcels';

test('each parcel is a row with its status and times, and a missing time is a dash with the reason', async () => {
  const container = await renderAt(
    <Parcels
      parcels={[
        {
          parcelId: 'p-1',
          status: 'ARRIVED',
          handedOverAt: '2026-11-12T15:00:00Z',
          actualDelivery: '2026-11-14T17:30:00Z',
          completedAt: '2026-11-14T17:30:00Z',
        },
        {
          parcelId: 'p-2',
          status: 'SHIPPING_DELAYED',
          handedOverAt: '2026-11-13T15:00:00Z',
          actualDelivery: null,
          completedAt: null,
        },
      ]}
    />,
  );
  expect(container.querySelector('h2')?.textContent).toBe('2 parcels');
  expect([...container.querySelectorAll<HTMLElement>('tbody tr')].map(textOf)).toEqual([
    'p-1 Arrived 12 Nov 2026, 10:00 14 Nov 2026, 12:30 14 Nov 2026, 12:30',
    'p-2 Shipping, delayed 13 Nov 2026, 10:00 –none: no arrival at the customer was reported –none: the parcel is open',
  ]);
});
