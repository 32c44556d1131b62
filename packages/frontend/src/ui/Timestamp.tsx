import { dayOf, exact, minute, ownZone } from '../format/times';

/** When something happened, in the reader's own zone; the exact instant on hover. */
export function Timestamp({ instant, precision = 'minute' }: { instant: string; precision?: 'day' | 'minute' }) {
  return (
    <time dateTime={instant} title={exact(instant)}>
      {precision === 'day' ? dayOf(instant) : minute(instant, ownZone)}
    </time>
  );
}
