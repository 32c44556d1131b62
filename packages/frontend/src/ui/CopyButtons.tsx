import { lazyModule } from '../api/lazyModule';
import type { What } from './copy';
import { Icon } from './Icon';
import { useBriefly } from './useBriefly';
import { VisuallyHidden } from './VisuallyHidden';

// Lazy: the numbers come first.
const loadCopy = lazyModule(() => import('./copy'));

const names: Record<What, string> = { link: 'Copy link', table: 'Copy as table', picture: 'Copy as picture' };

/** Buttons that copy what the page shows on a date: the link, and its numbers if it has tiles. */
export function CopyButtons({ date, hasTiles }: { date: string; hasTiles: boolean }) {
  const [done, setDone] = useBriefly<{ what: What; text: string }>();

  async function copy(what: What) {
    setDone({ what, text: await (await loadCopy()).copied(what, date) });
  }

  return (
    <span>
      {(Object.keys(names) as What[])
        .filter((what) => hasTiles || what === 'link')
        .map((what) => (
          <button key={what} type="button" onClick={() => copy(what)}>
            {done?.what === what && <Icon name="check" />}
            {done?.what === what ? done.text : names[what]}
          </button>
        ))}
      <VisuallyHidden>
        <span role="status">{done?.text}</span>
      </VisuallyHidden>
    </span>
  );
}
