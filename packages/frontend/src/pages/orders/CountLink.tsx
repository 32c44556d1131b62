import { count } from '../../format/numbers';
import { daysInWords, shortDay } from '../../format/times';
import { comparedInWords, windowDays, windowInWords, windowOf } from '../../format/windows';
import type { ReportSearch } from '../../routes/reportSearch';
import { RowLink } from '../../ui/RowLink';
import styles from './CountLink.module.css';
import { type Count, daysOf, ordersBehind, type ReportKey, type WindowName } from './ordersBehind';

/** A report, and the name of the page that shows it: lists lead back to it. */
export interface ReportLink extends ReportKey {
  page: string;
  /** The days of its window: `9–15 Mar 2018`. */
  days: string;
  /** The same for a heading, which says whether the last day is over. */
  label: string;
  /** Its window in words: `these seven days`. */
  inWords: string;
  /** What it is compared with, in words: `the week before`. */
  comparedTo: string;
}

/** The report that a page shows. `comparedDate` is undefined if it is compared with the window before. */
export function reportLink(
  report: Pick<ReportLink, 'vendorId' | 'date' | 'isPast' | 'page'>,
  search: ReportSearch,
  comparedDate: string | undefined,
): ReportLink {
  const window = windowOf(search.window);
  const against = comparedDate === undefined ? undefined : windowDays(window, comparedDate);
  const days = daysInWords(...windowDays(window, report.date));
  return {
    ...report,
    window,
    against,
    days,
    label: report.isPast ? days : `${days}, today not over`,
    inWords: windowInWords(window),
    comparedTo: comparedInWords(window, against),
  };
}

/** A count of a report, as a link to its orders. Zero has none. */
export function CountLink({
  report,
  of,
  window,
  value,
}: {
  report: ReportLink;
  of: Count;
  window?: WindowName;
  value: number;
}) {
  const text = count(value);
  if (value === 0) return text;
  const { date, isPast, page } = report;
  const time = of.happened ? `, ${daysInWords(...daysOf(report, window))}` : isPast ? `, end of ${shortDay(date)}` : '';
  return (
    <RowLink
      to="/orders"
      className={styles.count}
      label={`${text} ${of.noun.toLowerCase()}${time}: show the orders`}
      search={ordersBehind(report, of, window)}
      from={page}
    >
      {text}
    </RowLink>
  );
}
