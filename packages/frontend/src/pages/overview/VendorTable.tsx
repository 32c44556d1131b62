import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Dashboard, Risk, VendorRow } from '../../api/types';
import { change } from '../../format/change';
import { AT_RISK_BELOW, activeStatuses, trendLabel } from '../../format/labels';
import { count, percent, rate, sums } from '../../format/numbers';
import { Icon } from '../../ui/Icon';
import { IntervalBar } from '../../ui/IntervalBar';
import { RiskMark } from '../../ui/RiskMark';
import { pathOf, RowLink } from '../../ui/RowLink';
import { Spark } from '../../ui/Spark';
import type { Scale, Values } from '../../ui/spark';
import { numberClass, Table } from '../../ui/Table';
import { usePendingSearch } from '../../ui/usePendingSearch';
import { formatOrNull, Value } from '../../ui/Value';
import { type Column, columns, sortOf } from './columns';
import type { OverviewData } from './load';
import { firstPageSearch, type OverviewSearch } from './search';
import styles from './VendorTable.module.css';

const notDue = 'no order was due in these seven days';
const notCompleted = 'nothing completed in these seven days';
const notCompared = 'nothing completed in one of the two weeks';

export function VendorTable({
  data: { dashboard, history, vendors },
  scale,
  search,
}: {
  data: OverviewData;
  /** The same for all rows, so that they can be compared. */
  scale: Scale;
  search: OverviewSearch;
}) {
  const isFiltered = search.q !== undefined || search.risk !== undefined;
  return (
    <Table label="Vendors, scrolls sideways" hasCards columns={styles.columns}>
      <thead>
        <tr>
          {columns.map((column) => (
            <ColumnHeading key={column.sortBy} column={column} search={search} />
          ))}
          <th scope="col">30 days</th>
        </tr>
      </thead>
      <tbody>
        {vendors.vendors.map((vendor, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row has no state, and is reused faster than created
          <Row key={index} vendor={vendor} scale={scale} search={search} />
        ))}
      </tbody>
      {!isFiltered && (
        <Fleet
          dashboard={dashboard}
          rates={history.days.map((day) => day.overallReliability)}
          scale={scale}
          isToday={search.date === undefined}
        />
      )}
    </Table>
  );
}

function ColumnHeading({ column, search }: { column: Column; search: OverviewSearch }) {
  const navigate = useNavigate();
  const { sortBy, order } = sortOf(search);
  const isSorted = sortBy === column.sortBy;
  const pending = usePendingSearch(search);

  function sort() {
    const last = sortOf(pending);
    const next = last.sortBy !== column.sortBy ? column.first : last.order === 'asc' ? 'desc' : 'asc';
    void navigate({
      to: '/',
      search: firstPageSearch(pending, { sortBy: column.sortBy, order: next }),
      resetScroll: false,
    });
  }

  return (
    <th
      scope="col"
      className={column.isNumber ? numberClass : undefined}
      data-number={column.isNumber}
      aria-sort={isSorted ? (order === 'asc' ? 'ascending' : 'descending') : undefined}
    >
      <button className={styles.sort} type="button" onClick={sort}>
        {column.label}
        <Icon name={isSorted ? (order === 'asc' ? 'ascending' : 'descending') : 'sort'} />
      </button>
    </th>
  );
}

function Row({ vendor, scale, search }: { vendor: VendorRow; scale: Scale; search: OverviewSearch }) {
  const { vendorId, riskLevel, activeOrders, delayedOrders, overdueValue } = vendor;
  const isToday = search.date === undefined;
  const overdue = `${count(delayedOrders)} of ${count(activeOrders)}`;
  return (
    <tr className={styles.row}>
      <th scope="row" className={styles.vendor}>
        <RowLink to={pathOf.vendor(vendorId)} search={{ date: search.date }} state={{ listSearch: search }}>
          {vendor.name}
        </RowLink>
        {vendor.category !== null && <small>{vendor.category}</small>}
      </th>
      <td className={`${numberClass} ${styles.score}`}>
        <Reliability vendor={vendor} low={scale.low} />
      </td>
      <td className={numberClass} data-label="On time">
        <Value text={formatOrNull(vendor.onTimePercentage, percent)} reason={notDue} />
        {vendor.dueOrders > 0 && (
          <small>
            {count(vendor.onTimeDeliveries)} of {count(vendor.dueOrders)}
          </small>
        )}
      </td>
      <Count label="Overdue" value={delayedOrders}>
        {isToday && delayedOrders > 0 ? (
          <RowLink to="/orders" search={{ vendorId, delayed: 'true', status: activeStatuses.join(',') }}>
            {overdue}
          </RowLink>
        ) : (
          overdue
        )}
        {overdueValue !== null && overdueValue.length > 0 && <small>{sums(overdueValue)}</small>}
      </Count>
      <Count label="Unshipped" value={vendor.unshippedOrders} />
      <Count label="Stalled" value={vendor.stalledOrders} />
      <Count label="Orders" value={vendor.totalOrders} />
      <Count label="Issues" value={vendor.issueCount} />
      <td className={numberClass} data-label="Trend">
        <Trend vendor={vendor} />
      </td>
      <td className={styles.risk}>
        <RiskMark risk={riskLevel} />
      </td>
      <Days name={vendor.name} values={vendor.reliability30d} scale={scale} isToday={isToday} risk={riskLevel} />
    </tr>
  );
}

/** All vendors, also those on other pages. */
function Fleet({
  dashboard: { current, trends, overdueValue },
  rates,
  scale,
  isToday,
}: {
  dashboard: Dashboard;
  rates: Values;
  scale: Scale;
  isToday: boolean;
}) {
  const points = change(trends.reliabilityTrend, { unit: 'points', better: 'up' });
  return (
    <tfoot>
      <tr className={styles.row}>
        <th scope="row" className={styles.vendor}>
          All vendors
        </th>
        <td className={`${numberClass} ${styles.score}`}>
          <Value text={formatOrNull(current.overallReliability, percent)} reason={notCompleted} />
        </td>
        <td className={numberClass} data-label="On time">
          <Value text={formatOrNull(current.onTimePercentage, percent)} reason={notDue} />
        </td>
        <Count label="Overdue" value={current.totalDelayedOrders}>
          {count(current.totalDelayedOrders)} of {count(current.totalActiveOrders)}
          {overdueValue !== null && overdueValue.length > 0 && <small>{sums(overdueValue)}</small>}
        </Count>
        <Count label="Unshipped" value={current.totalUnshippedOrders} />
        <Count label="Stalled" value={current.totalStalledOrders} />
        <Count label="Orders" value={current.totalOrders} />
        <Count label="Issues" value={current.issueCount} />
        <td className={numberClass} data-label="Trend">
          <Value text={points?.signed ?? null} reason={notCompared} />
        </td>
        <td className={styles.risk}>{count(current.atRiskVendors)} at risk</td>
        <Days name="All vendors" values={rates} scale={scale} isToday={isToday} />
      </tr>
    </tfoot>
  );
}

function Days({
  name,
  values,
  scale,
  isToday,
  risk,
}: {
  name: string;
  values: Values;
  scale: Scale;
  isToday: boolean;
  risk?: Risk;
}) {
  return (
    <td className={styles.days} data-risk={risk}>
      <Spark
        label={`Reliability of ${name}`}
        values={values}
        scale={scale}
        format={percent}
        isOpen={isToday}
        target={AT_RISK_BELOW}
      />
    </td>
  );
}

/** A zero is dimmed, so that the other counts stand out. */
function Count({ label, value, children }: { label: string; value: number; children?: ReactNode }) {
  return (
    <td className={numberClass} data-label={label} data-zero={value === 0 || undefined}>
      {children || count(value)}
    </td>
  );
}

function Reliability({
  vendor: { reliabilityScore, reliabilityInterval, riskLevel },
  low,
}: {
  vendor: VendorRow;
  /** The start of the scale. */
  low: number;
}) {
  if (reliabilityScore === null || reliabilityInterval === null) return <Value text={null} reason={notCompleted} />;
  return (
    <span className={styles.reliability} data-risk={riskLevel}>
      <IntervalBar score={reliabilityScore} interval={reliabilityInterval} target={AT_RISK_BELOW} low={low} />
      <span>
        <b>{percent(reliabilityScore)}</b>
        <small>
          {rate(reliabilityInterval.lower)} to {rate(reliabilityInterval.upper)}
        </small>
      </span>
    </span>
  );
}

function Trend({ vendor: { trend, trendPercentage } }: { vendor: VendorRow }) {
  const points = change(trendPercentage, { unit: 'points', better: 'up' });
  if (trend === null || points === null) return <Value text={null} reason={notCompared} />;
  return (
    <span
      className={styles.trend}
      data-trend={trend}
      title={`${points.signed} points of reliability against the week before`}
    >
      <Icon name={trend === 'stable' ? 'same' : trend} />
      <span>
        <b>{points.signed}</b>
        <small>{trendLabel[trend]}</small>
      </span>
    </span>
  );
}
