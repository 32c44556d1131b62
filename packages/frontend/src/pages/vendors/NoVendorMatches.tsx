import { Link } from '@tanstack/react-router';
import { buttonClass } from '../../ui/Button';
import { StateBox } from '../../ui/StateBox';
import { firstPageSearch, type VendorsSearch } from './search';

/** Takes the place of an empty table: no vendor matches the filters, or there is no vendor. */
export function NoVendorMatches({ search }: { search: VendorsSearch }) {
  if (search.q === undefined && search.risk === undefined) {
    return (
      <StateBox tone="empty" label="No result" title="There are no vendors yet">
        <p>A vendor appears here with the first order that names it.</p>
      </StateBox>
    );
  }
  return (
    <StateBox tone="empty" label="No result" title="No vendor matches">
      <p>
        {search.q === undefined ? (
          'No vendor is at the chosen risk.'
        ) : (
          <>
            No vendor {search.risk !== undefined && 'at the chosen risk '}has <b>“{search.q}”</b> in its name, id or
            category.
          </>
        )}
      </p>
      <Link
        className={buttonClass}
        to="/vendors"
        search={firstPageSearch(search, { q: undefined, risk: undefined })}
        resetScroll={false}
      >
        Show all vendors
      </Link>
    </StateBox>
  );
}
