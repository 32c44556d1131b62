import { exact, relative } from '../format/times';
import { useNow } from './useNow';

/** A relative time, with the exact one on hover. It stays current while the page is open. */
export function RelativeTime({ instant }: { instant: string }) {
  const now = useNow();
  return (
    <time dateTime={instant} title={exact(instant)}>
      {relative(instant, now)}
    </time>
  );
}
