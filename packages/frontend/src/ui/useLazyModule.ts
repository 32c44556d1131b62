import { useEffect, useState } from 'react';

/** A part of the page that is loaded once it is shown: null until then, and where it cannot be loaded. */
export function useLazyModule<Module extends object>(
  load: () => Promise<Module>,
): { module: Module | null; error: unknown } {
  const [state, setState] = useState<{ module: Module | null; error: unknown }>({ module: null, error: null });
  useEffect(() => {
    load().then(
      (module) => setState({ module, error: null }),
      (error) => setState({ module: null, error }),
    );
  }, [load]);
  return state;
}
