import { useMemo } from 'react';
import { lazyModule } from '../../api/lazyModule';
import { day, isOver, shortDay } from '../../format/times';
import { DateBar } from '../../ui/DateBar';
import { Highlight, PageHead } from '../../ui/PageHead';
import { useLazyModule } from '../../ui/useLazyModule';
import { Attention } from './Attention';
import { FleetTiles } from './FleetTiles';
import { Freshness } from './Freshness';
import { HealthLine } from './HealthLine';
import { type Headline, headline } from './headline';
import type { OverviewData } from './load';
import type { OverviewSearch } from './search';
import { VendorSection } from './VendorSection';

// Lazy: most databases have orders.
const loadEmptyDatabase = lazyModule(() => import('./EmptyDatabase'));

/** The fleet: its numbers, what needs attention, and the vendors. */
export function OverviewPage({ data, search }: { data: OverviewData; search: OverviewSearch }) {
  const { dashboard, history, readAt } = data;
  const { date, asOf, timeZone } = dashboard;
  const isPast = isOver(date, asOf, timeZone);
  const report = useMemo(() => ({ date, isPast, page: 'Overview' }), [date, isPast]);
  const isEmpty = dashboard.systemHealth.dataFreshness === 'empty';
  return (
    <>
      <title>{isPast ? `Overview · ${shortDay(date)} · Goody` : 'Overview · Goody'}</title>
      <PageHead
        label={`Seven days to ${day(dashboard.date)}`}
        title={isEmpty ? 'No orders yet.' : <Title {...headline(dashboard)} />}
        about={!isEmpty && <DateBar date={date} timeZone={timeZone} />}
      />
      {!isEmpty && <Freshness dashboard={dashboard} readAt={readAt} />}
      <HealthLine health={dashboard.systemHealth} />
      {isEmpty ? (
        <LazyEmptyDatabase />
      ) : (
        <>
          <FleetTiles dashboard={dashboard} history={history} report={report} />
          <Attention dashboard={dashboard} worstVendors={data.worstVendors} report={report} />
          <VendorSection data={data} search={search} report={report} />
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
