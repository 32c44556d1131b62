/** Caches the value of each `kind`: to create an `Intl` formatter takes as long as a hundred uses of it. */
export function memoize<Value>(create: (kind: string) => Value): (kind: string) => Value {
  const cache = new Map<string, Value>();
  return (kind) => {
    const value = cache.get(kind) ?? create(kind);
    cache.set(kind, value);
    return value;
  };
}
