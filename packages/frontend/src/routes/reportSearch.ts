/** The part of the address that says which numbers a page shows. It is kept from page to page. */
import { pick } from './search';

/** A date, the days of the numbers until then, and what they are compared with; see `comparedDate`. */
export interface ReportSearch {
  date?: string;
  window?: string;
  against?: string;
}

/** The parameters of an address that say which numbers a page shows. */
export function reportSearch(search: Record<string, unknown>): ReportSearch {
  return pick(search, ['date', 'window', 'against']);
}
