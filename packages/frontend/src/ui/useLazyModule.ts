import { useEffect, useState } from 'react';

/** A part of the page that is loaded once it is shown: null until then, and where it cannot be loaded. */
export function useLazyModule<Part extends object>(load: () => Promise<Part>): { part: Part | null; error: unknown } {
  const [state, setState] = useState<{ part: Part | null; error: unknown }>({ part: null, error: null });
  useEffect(() => {
    load().then(
      (part) => setState({ part, error: null }),
      (error) => setState({ part: null, error }),
    );
  }, [load]);
  return state;
}
