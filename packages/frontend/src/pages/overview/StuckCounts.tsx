import type { ReactNode } from 'react';
import { type Stuck, stuckKinds, worth } from '../../format/sentences';
import { CountLink, type ReportLink } from '../orders/CountLink';
import { fleetCounts } from '../orders/ordersBehind';

/** The counts of stuck orders that are not zero, as links: `78 overdue ($3,315), 12 not shipped in time, 5 stalled`. */
export function StuckCounts({ stuck, report }: { stuck: Stuck; report: ReportLink }): ReactNode {
  return stuckKinds
    .filter(({ kind }) => stuck[kind] > 0)
    .map(({ kind, count, what }, index) => (
      <span key={kind}>
        {index > 0 && ', '}
        <CountLink report={report} of={fleetCounts[count]} value={stuck[kind]} /> {what}
        {kind === 'overdue' && worth(stuck)}
      </span>
    ));
}
