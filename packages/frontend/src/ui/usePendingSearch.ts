import { useRouterState } from '@tanstack/react-router';
import { useFailedRefresh } from '../routes/keepShown';

/**
 * The search of the address while it loads, otherwise `shown`. A control shows it and changes it, so that a quick second
 * choice keeps the first one.
 */
export function usePendingSearch<Search extends object>(shown: Search): Search {
  const pending = useRouterState({
    select: ({ location, resolvedLocation }) =>
      location.pathname === resolvedLocation?.pathname ? location.search : undefined,
  });
  return (pending as Search | undefined) ?? shown;
}

/** The last search of this page if it failed to load: the typed text stays, so that the user can send it again. */
export function useFailedSearch<Search extends object>(): Search | undefined {
  const pathname = useRouterState({ select: ({ location }) => location.pathname });
  const failed = useFailedRefresh();
  return failed?.pathname === pathname ? (failed.target?.search as Search | undefined) : undefined;
}
