import { dayOf, exact, minute, ownZone } from '../format/times';

/** An instant in the time zone of the browser, with the exact one on hover. */
export function Timestamp({ instant, precision = 'minute' }: { instant: string; precision?: 'day' | 'minute' }) {
  return (
    <time dateTime={instant} title={exact(instant)}>
      {precision === 'day' ? dayOf(instant) : minute(instant, ownZone)}
    </time>
  );
}
