import { get } from '../../api/client';
import { type FleetData, loadDashboard, loadHistory } from '../../api/fleet';
import type { VendorList } from '../../api/types';
import { sortOf } from './columns';
import type { VendorsSearch } from './search';

/** Vendors per page: fewer on a phone, where a card is as high as five rows. */
const limit = () => (matchMedia('(max-width: 40rem)').matches ? '20' : '50');

export interface VendorsData extends FleetData {
  /** The address of the report, by which the data is known. */
  key: string;
  /** A page of the table. */
  vendors: VendorList;
}

/** If `shown` is of the same report and its dashboard has not changed, only the table is replaced. */
export async function loadVendors(
  { cursor, q, risk, sortBy, order, date, window }: VendorsSearch,
  shown: VendorsData | undefined,
  signal: AbortSignal,
): Promise<VendorsData> {
  // The trends of the rows are against the days before, and so is that of all vendors.
  const report = { date, window };
  const key = JSON.stringify(report);
  const query = { ...report, limit: limit(), cursor, q, risk, ...sortOf({ sortBy, order }) };
  const before = shown?.key === key ? shown : undefined;
  const [compared, vendors, history] = await Promise.all([
    loadDashboard(report, signal),
    get('/api/vendors', { query }, signal),
    before?.history ?? loadHistory(report, signal),
  ]);
  if (before !== undefined && JSON.stringify(compared.dashboard) === JSON.stringify(before.dashboard))
    return { ...before, vendors };
  return {
    ...compared,
    key,
    vendors,
    history: before === undefined ? history : await loadHistory(report, signal),
    readAt: Date.now(),
  };
}
