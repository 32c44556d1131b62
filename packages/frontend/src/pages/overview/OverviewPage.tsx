import { day } from '../../format/times';
import { Highlight, PageHead } from '../../ui/PageHead';
import { Attention } from './Attention';
import { EmptyDatabase } from './EmptyDatabase';
import { FleetTiles } from './FleetTiles';
import { Freshness } from './Freshness';
import { HealthLine } from './HealthLine';
import { type Headline, headline } from './headline';
import type { OverviewData } from './load';
import type { OverviewSearch } from './search';
import { VendorSection } from './VendorSection';

/** The fleet: its numbers, what needs attention, and the vendors. */
export function OverviewPage({ data, search }: { data: OverviewData; search: OverviewSearch }) {
  const { dashboard, history, readAt } = data;
  const isEmpty = dashboard.systemHealth.dataFreshness === 'empty';
  return (
    <>
      <title>Overview · Goody</title>
      <PageHead
        label={`Seven days to ${day(dashboard.date)}`}
        title={isEmpty ? 'No orders yet.' : <Title {...headline(dashboard)} />}
        isPast={search.date !== undefined}
      />
      {!isEmpty && <Freshness dashboard={dashboard} readAt={readAt} />}
      <HealthLine health={dashboard.systemHealth} />
      {isEmpty ? (
        <EmptyDatabase />
      ) : (
        <>
          <FleetTiles dashboard={dashboard} history={history} isToday={search.date === undefined} />
          <Attention dashboard={dashboard} worstVendors={data.worstVendors} isToday={search.date === undefined} />
          <VendorSection data={data} search={search} />
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
