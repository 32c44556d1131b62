import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { lazyModule } from '../../api/lazyModule';
import { pluralize } from '../../format/numbers';
import { isOver } from '../../format/times';
import type { ReportSearch } from '../../routes/reportSearch';
import { buttonClass } from '../../ui/Button';
import { DateBar } from '../../ui/DateBar';
import { Highlight, PageHead } from '../../ui/PageHead';
import { FleetStatus } from '../../ui/StatusLine';
import { useLazyModule } from '../../ui/useLazyModule';
import { reportLink } from '../orders/CountLink';
import { readView } from '../vendors/tableView';
import { VendorTable } from '../vendors/VendorTable';
import { CallSheet } from './CallSheet';
import { FleetTiles } from './FleetTiles';
import { HealthLine } from './HealthLine';
import { type Headline, headline } from './headline';
import type { OverviewData } from './load';
import styles from './OverviewPage.module.css';

// Lazy: most databases have orders.
const loadEmptyDatabase = lazyModule(() => import('./EmptyDatabase'));

/** The fleet: whom to call, its numbers, and the vendors that need attention first. */
export function OverviewPage({ data, search }: { data: OverviewData; search: ReportSearch }) {
  const { dashboard, history, comparedDate, vendors, readAt } = data;
  const { date, asOf, timeZone } = dashboard;
  const isPast = isOver(date, asOf, timeZone);
  const report = useMemo(
    () => reportLink({ date, isPast, page: 'Overview' }, search, comparedDate),
    [date, isPast, search, comparedDate],
  );
  const isEmpty = dashboard.systemHealth.dataFreshness === 'empty';
  return (
    <>
      <title>{`Overview · ${report.days} · Goody`}</title>
      <PageHead
        label={report.label}
        title={isEmpty ? 'No orders yet.' : <Title {...headline(dashboard)} />}
        about={!isEmpty && <DateBar date={date} isPast={isPast} timeZone={timeZone} search={search} hasTiles />}
      />
      {isEmpty ? (
        <>
          <HealthLine health={dashboard.systemHealth} />
          <LazyEmptyDatabase />
        </>
      ) : (
        <>
          <FleetStatus dashboard={dashboard} readAt={readAt} isPast={isPast} search={search} />
          <div className={styles.wall}>
            <div>
              <CallSheet dashboard={dashboard} report={report} />
              {!isPast && <HealthLine health={dashboard.systemHealth} />}
              <FleetTiles dashboard={dashboard} history={history} report={report} />
            </div>
            <section className={styles.vendors} aria-labelledby="vendors">
              <div>
                <h2 id="vendors">Vendors</h2>
                <Link className={buttonClass} to="/vendors" search={search}>
                  All {pluralize(vendors.pagination.total, 'vendor')}
                </Link>
              </div>
              <VendorTable data={data} view={readView()} search={search} report={report} />
            </section>
          </div>
        </>
      )}
    </>
  );
}

function Title({ highlight, tone, rest }: Headline) {
  return (
    <>
      {highlight !== '' && <Highlight tone={tone}>{highlight}</Highlight>} {rest}
    </>
  );
}

function LazyEmptyDatabase() {
  const { module } = useLazyModule(loadEmptyDatabase);
  return module !== null && <module.EmptyDatabase />;
}
