import { useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

/** What takes shorter than this, in milliseconds, would only flicker. */
const DELAY_MS = 150;

/** Whether the page is being read, and long enough to be told so. Until then nothing is drawn anew for it. */
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
