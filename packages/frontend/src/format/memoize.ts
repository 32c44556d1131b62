/** Makes one of each kind only once: an `Intl` formatter takes as long to make as a hundred uses of it. */
export function memoize<Made>(make: (kind: string) => Made): (kind: string) => Made {
  const made = new Map<string, Made>();
  return (kind) => {
    const known = made.get(kind) ?? make(kind);
    made.set(kind, known);
    return known;
  };
}
