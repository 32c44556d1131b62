/** The query of the address, as plain text: `?q=24&risk=high`, never `?q=%2224%22`. */

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== '') params.set(name, String(value));
  }
  // A comma needs no encoding in a query, and the address is easier to read.
  const text = params.toString().replaceAll('%2C', ',');
  return text === '' ? '' : `?${text}`;
}

/** The text of each named parameter that is set. The server validates it. */
export function pick<const Name extends string>(
  search: Record<string, unknown>,
  names: readonly Name[],
): { [N in Name]?: string } {
  const picked: { [N in Name]?: string } = {};
  for (const name of names) {
    const value = search[name];
    if (value !== undefined && value !== null && value !== '') picked[name] = String(value);
  }
  return picked;
}
