import { Link, useNavigate } from '@tanstack/react-router';
import type { VendorRow } from '../../api/types';
import { change } from '../../format/change';
import { count, decimal, percent } from '../../format/numbers';
import { trendWord } from '../../format/words';
import { Icon } from '../../ui/Icon';
import { IntervalBar } from '../../ui/IntervalBar';
import { RiskMark } from '../../ui/RiskMark';
import { numberClass, Table } from '../../ui/Table';
import { some, Value } from '../../ui/Value';
import { fromTheStart, type OverviewSearch } from './search';
import styles from './VendorTable.module.css';

interface Column {
  /** As the API sorts by it. */
  sortBy: keyof VendorRow;
  label: string;
  /** What the first press shows: the end of the list where trouble is. */
  first: 'asc' | 'desc';
  isNumber?: boolean;
}

const columns: Column[] = [
  { sortBy: 'name', label: 'Vendor', first: 'asc' },
  { sortBy: 'reliabilityScore', label: 'Reliability', first: 'asc', isNumber: true },
  { sortBy: 'onTimePercentage', label: 'On time', first: 'asc', isNumber: true },
  { sortBy: 'totalOrders', label: 'Orders', first: 'desc', isNumber: true },
  { sortBy: 'issueCount', label: 'Issues', first: 'desc', isNumber: true },
  { sortBy: 'activeOrders', label: 'Active', first: 'desc', isNumber: true },
  { sortBy: 'delayedOrders', label: 'Delayed', first: 'desc', isNumber: true },
  { sortBy: 'trendPercentage', label: 'Trend', first: 'asc', isNumber: true },
  { sortBy: 'riskLevel', label: 'Risk', first: 'desc' },
];

export function VendorTable({ vendors, search }: { vendors: VendorRow[]; search: OverviewSearch }) {
  return (
    <Table label="Vendors, scrolls sideways">
      <thead>
        <tr>
          {columns.map((column) => (
            <ColumnHeading key={column.sortBy} column={column} search={search} />
          ))}
        </tr>
      </thead>
      <tbody>
        {vendors.map((vendor) => (
          <Row key={vendor.vendorId} vendor={vendor} search={search} />
        ))}
      </tbody>
    </Table>
  );
}

function ColumnHeading({ column, search }: { column: Column; search: OverviewSearch }) {
  const navigate = useNavigate();
  // Without a word about it, the server sorts by reliability, lowest first.
  const isSorted = (search.sortBy ?? 'reliabilityScore') === column.sortBy;
  const order = search.order === 'desc' ? 'desc' : 'asc';

  function sort() {
    const next = isSorted ? (order === 'asc' ? 'desc' : 'asc') : column.first;
    void navigate({
      to: '/',
      search: fromTheStart(search, { sortBy: column.sortBy, order: next }),
      resetScroll: false,
    });
  }

  return (
    <th
      scope="col"
      className={column.isNumber ? numberClass : undefined}
      aria-sort={isSorted ? (order === 'asc' ? 'ascending' : 'descending') : undefined}
    >
      <button className={styles.sort} type="button" onClick={sort}>
        {column.label}
        <Icon name={isSorted ? (order === 'asc' ? 'ascending' : 'descending') : 'sort'} />
      </button>
    </th>
  );
}

function Row({ vendor, search }: { vendor: VendorRow; search: OverviewSearch }) {
  return (
    <tr>
      <th scope="row" className={styles.vendor}>
        <Link
          to="/vendors/$vendorId"
          params={{ vendorId: vendor.vendorId }}
          search={{ date: search.date }}
          state={{ listSearch: search }}
        >
          {vendor.name}
        </Link>
        {vendor.category !== null && <small>{vendor.category}</small>}
      </th>
      <td className={numberClass}>
        <Reliability vendor={vendor} />
      </td>
      <td className={numberClass}>
        <Value text={some(vendor.onTimePercentage, percent)} because="no order was due in these seven days" />
      </td>
      <Count value={vendor.totalOrders} />
      <Count value={vendor.issueCount} />
      <Count value={vendor.activeOrders} />
      <Count value={vendor.delayedOrders} />
      <td className={numberClass}>
        <Trend vendor={vendor} />
      </td>
      <td>
        <RiskMark risk={vendor.riskLevel} />
      </td>
    </tr>
  );
}

/** Zero is quiet: the eye looks for the others. */
function Count({ value }: { value: number }) {
  return (
    <td className={numberClass} data-zero={value === 0 || undefined}>
      {count(value)}
    </td>
  );
}

function Reliability({ vendor: { reliabilityScore, reliabilityInterval, riskLevel } }: { vendor: VendorRow }) {
  if (reliabilityScore === null || reliabilityInterval === null) {
    return <Value text={null} because="nothing completed in these seven days" />;
  }
  return (
    <span className={styles.reliability} data-risk={riskLevel}>
      <IntervalBar score={reliabilityScore} interval={reliabilityInterval} />
      <span>
        <b>{percent(reliabilityScore)}</b>
        <small>
          {decimal(reliabilityInterval.lower)} to {decimal(reliabilityInterval.upper)}
        </small>
      </span>
    </span>
  );
}

function Trend({ vendor: { trend, trendPercentage } }: { vendor: VendorRow }) {
  const points = change(trendPercentage, { unit: 'points', better: 'up' });
  if (trend === null || points === null)
    return <Value text={null} because="nothing completed in one of the two weeks" />;
  return (
    <span
      className={styles.trend}
      data-trend={trend}
      title={`${points.signed} points of reliability against the week before`}
    >
      <Icon name={trend === 'stable' ? 'same' : trend} />
      <span>
        <b>{points.signed}</b>
        <small>{trendWord[trend]}</small>
      </span>
    </span>
  );
}
