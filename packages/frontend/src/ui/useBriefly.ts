import { useEffect, useState } from 'react';

/** How long a value stays, in milliseconds. */
const SHOWN_MS = 4000;

/** A value that is null again some moments after it was set: the result of an action, which its button states. */
export function useBriefly<Value>(): [Value | null, (value: Value) => void] {
  const [value, setValue] = useState<Value | null>(null);
  useEffect(() => {
    if (value === null) return;
    const timer = setTimeout(() => setValue(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return [value, setValue];
}
