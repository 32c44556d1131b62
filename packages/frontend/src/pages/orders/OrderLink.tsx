import { RowLink } from '../../ui/RowLink';
import type { ReportLink } from './CountLink';

/** An order behind a report, as a link to it: as it stood on the date of the report. */
export function OrderLink({
  orderId,
  report: { date, isPast, page },
  className,
}: {
  orderId: string;
  report: ReportLink;
  className?: string;
}) {
  return (
    <RowLink
      className={className}
      to="/orders/$orderId"
      params={{ orderId }}
      search={{ asOf: isPast ? date : undefined }}
      from={page}
    >
      {orderId}
    </RowLink>
  );
}
