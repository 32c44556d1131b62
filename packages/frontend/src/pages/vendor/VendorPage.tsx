import { Link, useLocation } from '@tanstack/react-router';
import type { Report, VendorReport } from '../../api/types';
import { change } from '../../format/change';
import { count, decimal } from '../../format/numbers';
import { day, exact, minute } from '../../format/times';
import { Ago } from '../../ui/Ago';
import { ChangeText } from '../../ui/ChangeText';
import { Icon } from '../../ui/Icon';
import { PageHead } from '../../ui/PageHead';
import { Tile, Tiles } from '../../ui/Tile';
import { some, Value } from '../../ui/Value';
import { RecentIssues } from './RecentIssues';
import { StatusBreakdown } from './StatusBreakdown';
import { VendorFacts } from './VendorFacts';
import styles from './VendorPage.module.css';
import { WindowTable } from './WindowTable';

const nothingToCompare = 'Nothing to compare with in one of the two weeks';

/** One vendor: how it does, against the week before, and what went wrong lately. */
export function VendorPage({ data: { vendor, report, recentIssues } }: { data: VendorReport }) {
  const location = useLocation();
  return (
    <>
      <title>{`${vendor.name} · Goody`}</title>
      <Link className={styles.back} to="/" search={location.state.listSearch ?? { date: location.search.date }}>
        <Icon name="left" />
        All vendors
      </Link>
      <PageHead
        label={`Seven days to ${day(report.date)}`}
        title={vendor.name}
        isPast={location.search.date !== undefined}
      >
        <VendorFacts vendor={vendor} />
        <p className={styles.age}>
          <Icon name="clock" />
          <span>
            Data as of{' '}
            <time dateTime={report.asOf} title={exact(report.asOf)}>
              {minute(report.asOf)}
            </time>{' '}
            (UTC)
            {report.updatedAt === null ? (
              ', no fact about this vendor yet'
            ) : (
              <>
                , latest fact about this vendor <Ago instant={report.updatedAt} />
              </>
            )}
          </span>
        </p>
      </PageHead>
      <Numbers report={report} />
      <div className={styles.halves}>
        <WindowTable report={report} />
        <StatusBreakdown counts={report.current7d.statusCounts} />
      </div>
      <RecentIssues orders={recentIssues} />
    </>
  );
}

function Numbers({ report }: { report: Report }) {
  const { current7d: current, trends } = report;
  const reliability = change(trends.reliabilityScore, { unit: 'points', better: 'up' });
  const onTime = change(trends.onTimePercentage, { unit: 'points', better: 'up' });
  const tone = (value: number | null, verdict?: string | null) =>
    value === null ? 'rest' : verdict === 'worse' ? 'watch' : 'good';
  return (
    <Tiles>
      <Tile
        label="Reliability"
        tone={tone(current.reliabilityScore, reliability?.verdict)}
        value={<Value text={some(current.reliabilityScore, decimal)} because="nothing completed in these seven days" />}
        unit={current.reliabilityScore === null ? undefined : '%'}
      >
        {current.reliabilityInterval === null ? (
          <p>Nothing completed in these seven days</p>
        ) : (
          <p>
            Likely between {decimal(current.reliabilityInterval.lower)} and {decimal(current.reliabilityInterval.upper)}
            &nbsp;%
          </p>
        )}
        <ChangeText change={reliability} because={nothingToCompare} />
      </Tile>
      <Tile
        label="On time"
        tone={tone(current.onTimePercentage, onTime?.verdict)}
        value={<Value text={some(current.onTimePercentage, decimal)} because="no order was due in these seven days" />}
        unit={current.onTimePercentage === null ? undefined : '%'}
      >
        <p>
          {current.dueOrders === 0
            ? 'No order was due in these seven days'
            : `${count(current.onTimeDeliveries)} of ${count(current.dueOrders)} due`}
        </p>
        <ChangeText change={onTime} because={nothingToCompare} />
      </Tile>
      <Tile label="Active orders" tone="info" value={count(report.activeOrders)}>
        <ChangeText change={change(trends.activeOrders, { unit: 'orders', better: null })} because={nothingToCompare} />
      </Tile>
      <Tile
        label="Delayed orders"
        tone={report.delayedOrders === 0 ? 'good' : 'watch'}
        value={count(report.delayedOrders)}
      >
        <ChangeText
          change={change(trends.delayedOrders, { unit: 'orders', better: 'down' })}
          because={nothingToCompare}
        />
      </Tile>
    </Tiles>
  );
}
