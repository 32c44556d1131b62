import { Link } from '@tanstack/react-router';
import { buttonClass } from '../../ui/Button';
import { StateBox } from '../../ui/StateBox';

/** The page for an unknown address. */
export function NotFoundPage() {
  return (
    <>
      <title>Not found · Goody</title>
      <StateBox tone="empty" label="404" title="There is no such page" level={1}>
        <p>The address may be mistyped, or the page may have moved.</p>
        <Link className={buttonClass} to="/">
          Go to the overview
        </Link>
      </StateBox>
    </>
  );
}
