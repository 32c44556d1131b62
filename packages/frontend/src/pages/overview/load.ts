import { get } from '../../api/client';
import { type FleetData, loadFleet } from '../../api/fleet';
import type { VendorList } from '../../api/types';
import type { ReportSearch } from '../../routes/reportSearch';

/** The vendors that the overview shows: those that need attention first. */
const VENDORS = '20';

export interface OverviewData extends FleetData {
  vendors: VendorList;
}

/** Sends all requests at once, so that the tiles and the table are of the same moment. */
export async function loadOverview(search: ReportSearch, signal: AbortSignal): Promise<OverviewData> {
  const { date, window } = search;
  const [fleet, vendors] = await Promise.all([
    loadFleet(search, signal),
    get('/api/vendors', { query: { date, window, limit: VENDORS } }, signal),
  ]);
  return { ...fleet, vendors };
}
