import { useEffect, useState } from 'react';

/** A module that is loaded when the component is first shown: null until it is loaded, and if that fails. */
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
