import type { Dashboard } from '../../api/types';
import { change } from '../../format/change';
import { count, counted, decimal } from '../../format/numbers';
import { day } from '../../format/times';
import { ChangeText } from '../../ui/ChangeText';
import { PageHead } from '../../ui/PageHead';
import { Tile, Tiles, type Tone } from '../../ui/Tile';
import { some, Value } from '../../ui/Value';
import { EmptyDatabase } from './EmptyDatabase';
import { Freshness } from './Freshness';
import { HealthLine } from './HealthLine';
import type { OverviewData } from './load';
import type { OverviewSearch } from './search';
import { VendorSection } from './VendorSection';

const nothingCompleted = 'nothing completed in these seven days';
const nothingToCompare = 'Nothing to compare with: nothing completed in one of the two weeks';

/** Which vendors fail, in one look. */
export function OverviewPage({
  data: { dashboard, vendors, readAt },
  search,
}: {
  data: OverviewData;
  search: OverviewSearch;
}) {
  const isEmpty = dashboard.systemHealth.dataFreshness === 'empty';
  return (
    <>
      <title>Overview · Goody</title>
      <PageHead
        label={`Seven days to ${day(dashboard.date)}`}
        title={isEmpty ? 'No orders yet.' : headline(dashboard)}
        isPast={search.date !== undefined}
      />
      {!isEmpty && <Freshness dashboard={dashboard} readAt={readAt} />}
      <HealthLine health={dashboard.systemHealth} />
      {isEmpty ? (
        <EmptyDatabase />
      ) : (
        <>
          <Numbers dashboard={dashboard} />
          <VendorSection list={vendors} search={search} />
        </>
      )}
    </>
  );
}

function headline({ current }: Dashboard): string {
  if (current.atRiskVendors > 0) {
    return current.atRiskVendors === 1
      ? '1 vendor is at risk.'
      : `${counted(current.atRiskVendors, 'vendor')} are at risk.`;
  }
  return current.overallReliability === null ? 'Too few completed orders to judge.' : 'No vendor is at risk.';
}

function Numbers({ dashboard: { current, trends } }: { dashboard: Dashboard }) {
  const reliability = change(trends.reliabilityTrend, { unit: 'points', better: 'up' });
  return (
    <Tiles>
      <Tile
        label="Overall reliability"
        tone={current.overallReliability === null ? 'rest' : reliability?.verdict === 'worse' ? 'watch' : 'good'}
        value={<Value text={some(current.overallReliability, decimal)} because={nothingCompleted} />}
        unit={current.overallReliability === null ? undefined : '%'}
      >
        {current.overallReliability === null && <p>Nothing completed in these seven days</p>}
        <ChangeText change={reliability} because={nothingToCompare} />
      </Tile>
      <Tile label="Active orders" tone="info" value={count(current.totalActiveOrders)}>
        <ChangeText
          change={change(trends.activeOrdersTrend, { unit: 'orders', better: null })}
          because={nothingToCompare}
        />
      </Tile>
      <Tile
        label="Delayed orders"
        tone={toneOfTrouble(current.totalDelayedOrders, 'watch')}
        value={count(current.totalDelayedOrders)}
      >
        <ChangeText
          change={change(trends.delayedOrdersTrend, { unit: 'orders', better: 'down' })}
          because={nothingToCompare}
        />
      </Tile>
      <Tile
        label="Vendors at risk"
        tone={toneOfTrouble(current.atRiskVendors, 'bad')}
        value={count(current.atRiskVendors)}
      >
        <ChangeText
          change={change(trends.atRiskVendorsTrend, { unit: 'vendors', better: 'down' })}
          because={nothingToCompare}
        />
      </Tile>
    </Tiles>
  );
}

function toneOfTrouble(troubles: number, tone: Tone): Tone {
  return troubles === 0 ? 'good' : tone;
}
