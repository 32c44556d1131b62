// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import type { Report, VendorReport, Window } from '../../api/types';
import { renderAt, textOf } from '../../ui/renderAt.fixture';
import { reportLink } from '../orders/CountLink';
import type { VendorNumbers } from './load';
import { VendorTiles } from './VendorTiles';

const window = {
  arrivedOrders: 38,
  completedOrders: 40,
  reliabilityScore: 95,
  reliabilityInterval: { lower: 83.5, upper: 98.62 },
  dueOrders: 69,
  onTimeDeliveries: 0,
  onTimePercentage: 0,
  onTimeInterval: { lower: 0, upper: 5.27 },
  shipDueOrders: 30,
  shippedOnTime: 29,
  shippedOnTimePercentage: 96.6667,
  avgHandoverHours: 36,
  avgDeliveryHours: 60,
} as Window;

async function tiles(current: Partial<Window>, risk: Pick<Report, 'riskLevel' | 'riskReason'>) {
  const shown = { ...window, ...current };
  const previous = { ...window, reliabilityScore: null, onTimePercentage: 12, avgDeliveryHours: null };
  const numbers: VendorNumbers = { current: shown, previous, countsOf: 'shown', counted: [shown, previous] };
  const vendor = { slaPromises: null } as VendorReport['vendor'];
  const report = reportLink({ vendorId: 'flowers', date: '2026-11-12', isPast: false, page: 'Flowers' }, {}, undefined);
  const element = await renderAt(
    <VendorTiles report={risk as Report} numbers={numbers} vendor={vendor} reportLink={report} />,
  );
  return [...element.querySelectorAll<HTMLElement>('section')].map((tile) => ({
    tone: tile.getAttribute('data-tone'),
    text: textOf(tile),
  }));
}

describe('the tiles of a vendor', () => {
  test('show both rates with their counts and intervals, and the handover', async () => {
    const [reliability, onTime, handover] = await tiles({}, { riskLevel: 'high', riskReason: 'onTime' });
    expect(reliability?.text).toMatch(/^Reliability 95\.0% 38 of 40 arrived; likely between 83\.5 and 98\.6 %/);
    expect(onTime?.text).toMatch(
      /^On time 0\.0% 0 of 69 due; likely between 0\.0 and 5\.3 %\. Order by order 12\.0 points, worse/,
    );
    expect(handover?.text).toMatch(/^Handed over in time 96\.7% 29 of 30 by the deadline; after 1\.5 days on average/);
  });

  test('have the tone of the risk only where the rate is its reason', async () => {
    const tones = async (risk: Pick<Report, 'riskLevel' | 'riskReason'>) =>
      (await tiles({}, risk)).slice(0, 2).map(({ tone }) => tone);
    expect(await tones({ riskLevel: 'high', riskReason: 'onTime' })).toEqual(['info', 'bad']);
    expect(await tones({ riskLevel: 'medium', riskReason: 'reliability' })).toEqual(['watch', 'info']);
    expect(await tones({ riskLevel: 'high', riskReason: 'both' })).toEqual(['bad', 'bad']);
    expect(await tones({ riskLevel: 'low', riskReason: null })).toEqual(['good', 'good']);
    expect(await tones({ riskLevel: 'insufficient', riskReason: null })).toEqual(['rest', 'rest']);
  });

  test('show a missing rate as a dash with its reason', async () => {
    const missing = {
      reliabilityScore: null,
      reliabilityInterval: null,
      onTimePercentage: null,
      onTimeInterval: null,
      shippedOnTimePercentage: null,
      avgHandoverHours: null,
      avgDeliveryHours: null,
    };
    const shown = await tiles(missing, { riskLevel: 'insufficient', riskReason: null });
    expect(shown.map(({ tone }) => tone)).toEqual(['rest', 'rest', 'rest', 'rest']);
    expect(shown[1]?.text).toMatch(
      /^On time –none: no order was due in these seven days No order was due in these seven days/,
    );
    expect(shown[2]?.text).toContain('No order was to be handed over in these seven days');
  });
});
