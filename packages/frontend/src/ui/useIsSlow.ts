import { useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

/** The indicator of a shorter load, in milliseconds, would only flicker. */
const DELAY_MS = 150;

/** Whether the page has been loading for long enough to show it. A shorter load does not render the component again. */
export function useIsSlow(): boolean {
  const isLoading = useRouterState({ select: (state) => state.isLoading });
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    if (!isLoading) return;
    const timer = setTimeout(() => setSlow(true), DELAY_MS);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [isLoading]);
  return isSlow;
}
