import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { FleetData } from '../../api/fleet';
import type { Dashboard, Risk, RiskLines, VendorList, VendorRow } from '../../api/types';
import { change } from '../../format/change';
import { trendLabel } from '../../format/labels';
import { count, percent, rate, sums } from '../../format/numbers';
import { reportSearch } from '../../routes/reportSearch';
import { Icon } from '../../ui/Icon';
import { IntervalBar } from '../../ui/IntervalBar';
import { RiskMark } from '../../ui/RiskMark';
import { RowLink } from '../../ui/RowLink';
import { Spark } from '../../ui/Spark';
import { rateScale, type Scale, type Values } from '../../ui/spark';
import { numberClass, Table } from '../../ui/Table';
import { usePendingSearch } from '../../ui/usePendingSearch';
import { formatOrNull, Value } from '../../ui/Value';
import { CountLink, type ReportLink } from '../orders/CountLink';
import { fleetCounts, type Count as OrderCount } from '../orders/ordersBehind';
import { type Column, columns, sortOf } from './columns';
import { firstPageSearch, type VendorsSearch } from './search';
import type { TableView } from './tableView';
import styles from './VendorTable.module.css';

const notDue = (report: ReportLink) => `no order was due in ${report.inWords}`;
const notCompleted = (report: ReportLink) => `nothing completed in ${report.inWords}`;
const notCompared = 'nothing completed then or now';

export function VendorTable({
  data: { dashboard, comparedDate, history, vendors },
  view: { hidden, isDense },
  search,
  report,
}: {
  data: FleetData & { vendors: VendorList };
  view: TableView;
  search: VendorsSearch;
  report: ReportLink;
}) {
  // The same for all rows, so that they can be compared.
  const scale = vendorScale(vendors);
  const isFiltered = search.q !== undefined || search.risk !== undefined;
  return (
    <div className={styles.view} data-hidden={hidden.join(' ') || undefined} data-dense={isDense || undefined}>
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
            <Row key={index} vendor={vendor} scale={scale} lines={vendors.lines} search={search} fleet={report} />
          ))}
        </tbody>
        {!isFiltered && (
          <Fleet
            dashboard={dashboard}
            rates={history.days.map((day) => day.overallReliability)}
            scale={scale}
            lines={vendors.lines}
            hasTrend={comparedDate === undefined}
            report={report}
          />
        )}
      </Table>
    </div>
  );
}

/** The scale of the bars and lines of these vendors. */
export function vendorScale({ vendors }: VendorList): Scale {
  return rateScale(vendors.flatMap((vendor) => [...vendor.reliability30d, vendor.reliabilityInterval?.lower ?? null]));
}

function ColumnHeading({ column, search }: { column: Column; search: VendorsSearch }) {
  const navigate = useNavigate();
  const { sortBy, order } = sortOf(search);
  const isSorted = sortBy === column.sortBy;
  const pending = usePendingSearch(search);

  function sort() {
    const last = sortOf(pending);
    const next = last.sortBy !== column.sortBy ? column.first : last.order === 'asc' ? 'desc' : 'asc';
    void navigate({
      to: '/vendors',
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

function Row({
  vendor,
  scale,
  lines,
  search,
  fleet,
}: {
  vendor: VendorRow;
  scale: Scale;
  lines: RiskLines;
  search: VendorsSearch;
  fleet: ReportLink;
}) {
  const { vendorId, riskLevel, activeOrders, delayedOrders, overdueValue } = vendor;
  const report = { ...fleet, vendorId };
  return (
    <tr className={styles.row}>
      <th scope="row" className={styles.vendor}>
        <RowLink
          to="/vendors/$vendorId"
          params={{ vendorId }}
          search={{ ...reportSearch({ ...search }) }}
          from={fleet.page}
        >
          {vendor.name}
        </RowLink>
        {vendor.category !== null && <small>{vendor.category}</small>}
      </th>
      <td className={`${numberClass} ${styles.score}`}>
        <Reliability vendor={vendor} low={scale.low} target={lines.atRiskBelow} reason={notCompleted(fleet)} />
      </td>
      <td className={numberClass} data-label="On time">
        <Value text={formatOrNull(vendor.onTimePercentage, percent)} reason={notDue(fleet)} />
        {vendor.dueOrders > 0 && (
          <small>
            <CountLink report={report} of={fleetCounts.onTimeDeliveries} value={vendor.onTimeDeliveries} />
            {' of '}
            <CountLink report={report} of={fleetCounts.dueOrders} value={vendor.dueOrders} />
          </small>
        )}
      </td>
      <Count label="Overdue" report={report} of={fleetCounts.delayedOrders} value={delayedOrders}>
        {' of '}
        <CountLink report={report} of={fleetCounts.activeOrders} value={activeOrders} />
        {overdueValue !== null && overdueValue.length > 0 && <small>{sums(overdueValue)}</small>}
      </Count>
      <Count label="Unshipped" report={report} of={fleetCounts.unshippedOrders} value={vendor.unshippedOrders} />
      <Count label="Stalled" report={report} of={fleetCounts.stalledOrders} value={vendor.stalledOrders} />
      <Count label="Orders" report={report} of={fleetCounts.totalOrders} value={vendor.totalOrders} />
      <Count label="Issues" report={report} of={fleetCounts.issueCount} value={vendor.issueCount} />
      <td className={numberClass} data-label="Trend">
        <Trend vendor={vendor} />
      </td>
      <td className={styles.risk}>
        <RiskMark risk={riskLevel} />
      </td>
      <Days
        name={vendor.name}
        values={vendor.reliability30d}
        scale={scale}
        target={lines.atRiskBelow}
        isOpen={!fleet.isPast}
        risk={riskLevel}
      />
    </tr>
  );
}

/** All vendors, also those on other pages. */
function Fleet({
  dashboard: { current, trends, overdueValue },
  rates,
  scale,
  lines,
  hasTrend,
  report,
}: {
  dashboard: Dashboard;
  rates: Values;
  scale: Scale;
  lines: RiskLines;
  /** Whether the dashboard is compared with the days before, as the rows are. */
  hasTrend: boolean;
  report: ReportLink;
}) {
  const points = change(trends.reliabilityTrend, { unit: 'points', better: 'up' });
  return (
    <tfoot>
      <tr className={styles.row}>
        <th scope="row" className={styles.vendor}>
          All vendors
        </th>
        <td className={`${numberClass} ${styles.score}`}>
          <Value text={formatOrNull(current.overallReliability, percent)} reason={notCompleted(report)} />
        </td>
        <td className={numberClass} data-label="On time">
          <Value text={formatOrNull(current.onTimePercentage, percent)} reason={notDue(report)} />
        </td>
        <Count label="Overdue" report={report} of={fleetCounts.delayedOrders} value={current.totalDelayedOrders}>
          {' of '}
          <CountLink report={report} of={fleetCounts.activeOrders} value={current.totalActiveOrders} />
          {overdueValue !== null && overdueValue.length > 0 && <small>{sums(overdueValue)}</small>}
        </Count>
        <Count
          label="Unshipped"
          report={report}
          of={fleetCounts.unshippedOrders}
          value={current.totalUnshippedOrders}
        />
        <Count label="Stalled" report={report} of={fleetCounts.stalledOrders} value={current.totalStalledOrders} />
        <Count label="Orders" report={report} of={fleetCounts.totalOrders} value={current.totalOrders} />
        <Count label="Issues" report={report} of={fleetCounts.issueCount} value={current.issueCount} />
        <td className={numberClass} data-label="Trend">
          <Value
            text={hasTrend ? (points?.signed ?? null) : null}
            reason={hasTrend ? notCompared : 'compared with other days above'}
          />
        </td>
        <td className={styles.risk}>{count(current.atRiskVendors)} at risk</td>
        <Days name="All vendors" values={rates} scale={scale} target={lines.atRiskBelow} isOpen={!report.isPast} />
      </tr>
    </tfoot>
  );
}

function Days({
  name,
  values,
  scale,
  target,
  isOpen,
  risk,
}: {
  name: string;
  values: Values;
  scale: Scale;
  target: number;
  isOpen: boolean;
  risk?: Risk;
}) {
  return (
    <td className={styles.days} data-risk={risk}>
      <Spark
        label={`Reliability of ${name}`}
        values={values}
        scale={scale}
        format={percent}
        isOpen={isOpen}
        target={target}
      />
    </td>
  );
}

/** A zero is dimmed, so that the other counts stand out. */
function Count({
  label,
  report,
  of,
  value,
  children,
}: {
  label: string;
  report: ReportLink;
  of: OrderCount;
  value: number;
  children?: ReactNode;
}) {
  return (
    <td className={numberClass} data-label={label} data-zero={value === 0 || undefined}>
      <CountLink report={report} of={of} value={value} />
      {children}
    </td>
  );
}

function Reliability({
  vendor: { reliabilityScore, reliabilityInterval, riskLevel },
  low,
  target,
  reason,
}: {
  vendor: VendorRow;
  target: number;
  /** Why there is none. */
  reason: string;
  /** The start of the scale. */
  low: number;
}) {
  if (reliabilityScore === null || reliabilityInterval === null) return <Value text={null} reason={reason} />;
  return (
    <span className={styles.reliability} data-risk={riskLevel}>
      <IntervalBar score={reliabilityScore} interval={reliabilityInterval} target={target} low={low} />
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
      title={`${points.signed} points of reliability against the days before`}
    >
      <Icon name={trend === 'stable' ? 'same' : trend} />
      <span>
        <b>{points.signed}</b>
        <small>{trendLabel[trend]}</small>
      </span>
    </span>
  );
}
