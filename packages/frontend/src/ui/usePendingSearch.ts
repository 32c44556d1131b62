import { useRouterState } from '@tanstack/react-router';
import { useFailedRefresh } from '../api/dataCache';

/**
 * What the address asks of this page, where that is another thing than `shown` and is still being read. A control shows
 * it, and goes on from it: the next choice keeps the one before, however fast it comes.
 */
export function usePendingSearch<Search extends object>(shown: Search): Search {
  const pending = useRouterState({
    select: ({ location, resolvedLocation }) =>
      location.pathname === resolvedLocation?.pathname ? location.search : undefined,
  });
  return (pending as Search | undefined) ?? shown;
}

/** What was asked of this page last and could not be read: what was typed for it stays, to be sent again. */
export function useFailedSearch<Search extends object>(): Search | undefined {
  const pathname = useRouterState({ select: ({ location }) => location.pathname });
  const failed = useFailedRefresh();
  return failed?.pathname === pathname ? (failed.target?.search as Search | undefined) : undefined;
}
