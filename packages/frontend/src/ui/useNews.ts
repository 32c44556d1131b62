import { useEffect, useEffectEvent, useState } from 'react';
import { ApiError } from '../api/client';
import { type Counted, changesSince } from './changesSince';

/** How often the server is asked whether anything has changed, in milliseconds. */
const PROBE_MS = 60_000;

/**
 * What has changed since `shown` was read, in words; nothing before the first answer. `read` asks the server again, once a minute while the
 * tab is visible.
 */
export function useNews<Shown extends object>(
  shown: Shown,
  counted: (shown: Shown) => Counted,
  read: (signal: AbortSignal) => Promise<Shown>,
): string {
  const [news, setNews] = useState<{ of: Shown; text: string } | null>(null);
  const ask = useEffectEvent(async (signal: AbortSignal) => {
    if (document.hidden) return;
    try {
      setNews({ of: shown, text: changesSince(counted(shown), counted(await read(signal))) });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      setNews({ of: shown, text: `${error.title}.` });
    }
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was read anew is asked about a minute later
  useEffect(() => {
    const controller = new AbortController();
    const timer = setInterval(() => void ask(controller.signal), PROBE_MS);
    return () => {
      controller.abort();
      clearInterval(timer);
    };
  }, [shown]);
  return news?.of === shown ? news.text : '';
}
