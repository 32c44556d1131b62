import { Link, useNavigate } from '@tanstack/react-router';
import { statusLabel } from '../../format/labels';
import { pluralize } from '../../format/numbers';
import { ownZone } from '../../format/times';
import { BackLink } from '../../ui/BackLink';
import { DateBar } from '../../ui/DateBar';
import { type Chip, FilterChips } from '../../ui/FilterChips';
import { PageHead } from '../../ui/PageHead';
import { RelativeTime } from '../../ui/RelativeTime';
import { StatusFilter, statusesIn } from '../../ui/StatusFilter';
import { usePendingSearch } from '../../ui/usePendingSearch';
import { VendorCombobox } from '../../ui/VendorCombobox';
import { Feed } from './Feed';
import type { RecentData } from './load';
import styles from './RecentPage.module.css';
import type { RecentSearch } from './search';

const spans = [
  { hours: '1', name: 'Last hour' },
  { hours: undefined, name: '24 hours' },
  { hours: '168', name: '7 days' },
];

/** Recent updates, the newest first. */
export function RecentPage({ data, search }: { data: RecentData; search: RecentSearch }) {
  const navigate = useNavigate();
  const { allStatuses, vendorName, readAt } = data;
  const vendor = vendorName ?? search.vendorId;
  const pending = usePendingSearch(search);
  // The default of the server is 24 hours.
  const hours = pending.hours === '24' ? undefined : pending.hours;
  const span = spans.find((one) => one.hours === (search.hours === '24' ? undefined : search.hours)) ?? {
    hours: search.hours,
    name: `${search.hours} hours`,
  };

  function show(changes: RecentSearch) {
    void navigate({ to: '/orders/recent', search: { ...pending, ...changes }, resetScroll: false });
  }

  return (
    <>
      <title>Recent · Goody</title>
      <BackLink />
      <PageHead
        label={`Recent updates${vendor === undefined ? '' : ` of ${vendor}`}`}
        title={headline(data, span.name)}
        about={
          <DateBar date={data.date} isPast={false} timeZone={data.timeZone} search={{}} name="asOf" leadsTo="/orders" />
        }
      >
        <p className={styles.age}>
          Loaded <RelativeTime instant={new Date(readAt).toISOString()} />. Updates have the times of their events, not
          of their receipt. <Link to="/rejections">What was refused</Link> is kept apart.
        </p>
      </PageHead>
      <StatusFilter
        label="By current status; press to filter"
        // The server counts those of the last hour only.
        counts={span.hours === '1' ? allStatuses.statusBreakdown : null}
        selected={pending.status}
        onSelect={(status) => show({ status })}
      />
      <search className={styles.filters}>
        <div className={styles.vendor}>
          <VendorCombobox selected={vendor} onSelect={(vendorId) => show({ vendorId })} />
        </div>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a row of touching buttons in every browser */}
        <div className={styles.spans} role="group" aria-label="How far back">
          {spans.map((span) => (
            <button
              key={span.name}
              type="button"
              aria-pressed={hours === span.hours}
              onClick={() => show({ hours: span.hours })}
            >
              {span.name}
            </button>
          ))}
        </div>
      </search>
      <FilterChips
        chips={activeChips(pending, pending.vendorId === search.vendorId ? vendor : pending.vendorId, show)}
        onClear={() => void navigate({ to: '/orders/recent', search: { hours: pending.hours }, resetScroll: false })}
      />
      <section aria-labelledby="feed">
        <div className={styles.feedHead}>
          <h2 id="feed" tabIndex={-1} data-top-of-list>
            What changed
          </h2>
          <p>Newest first. Times are in your time zone ({ownZone}), with UTC on hover.</p>
        </div>
        <Feed key={readAt} data={data} search={search} />
      </section>
    </>
  );
}

/** How many orders were updated in the hours of the list. */
function headline({ orders, nextCursor, activity }: RecentData, span: string): string {
  const hours = `in the last ${span.replace(/^Last /, '')}`;
  if (orders.length === 0) return `No order was updated ${hours}.`;
  if (span === 'Last hour') return `${pluralize(activity.updatedLastHour, 'order')} updated ${hours}.`;
  return `${pluralize(orders.length, 'order')}${nextCursor === null ? '' : ' or more'} updated ${hours}.`;
}

function activeChips(search: RecentSearch, vendor: string | undefined, show: (changes: RecentSearch) => void): Chip[] {
  const statuses = statusesIn(search.status);
  const chips: Chip[] = statuses.map((status) => {
    const rest = statuses.filter((other) => other !== status).join(',');
    return { label: statusLabel[status], remove: () => show({ status: rest === '' ? undefined : rest }) };
  });
  if (vendor !== undefined) chips.unshift({ label: vendor, remove: () => show({ vendorId: undefined }) });
  return chips;
}
