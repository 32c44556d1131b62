import { exact, relative } from '../format/times';
import { useNow } from './useNow';

/** How long ago something happened; the exact time on hover. It grows older while the page stays open. */
export function RelativeTime({ instant }: { instant: string }) {
  const now = useNow();
  return (
    <time dateTime={instant} title={exact(instant)}>
      {relative(instant, now)}
    </time>
  );
}
