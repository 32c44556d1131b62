/** Copies what a page shows. */
import { stringifySearch } from '../routes/search';
import { copyString } from './copyText';
import { pictureOf, shownNumbers, tableOf } from './shownNumbers';

/** A link that shows the same tomorrow, or the numbers of the page. */
export type What = 'link' | 'table' | 'picture';

/** Copies it, and returns what became of it. */
export async function copied(what: What, date: string): Promise<string> {
  const failed = 'The browser permits no copy';
  if (what === 'link') return (await copyString(linkTo(date))) ? 'Copied' : failed;
  const main = document.getElementById('main');
  if (main === null) return failed;
  const numbers = shownNumbers(main, document.title.replace(/ · Goody$/, ''));
  if (what === 'table') {
    const { html, text } = tableOf(numbers);
    return (await write({ 'text/html': html, 'text/plain': text })) || (await copyString(text)) ? 'Copied' : failed;
  }
  const picture = await pictureOf(numbers);
  if (picture === null) return failed;
  if (await write({ 'image/png': picture })) return 'Copied';
  // Browsers offer their clipboard to secure origins only.
  const link = Object.assign(document.createElement('a'), {
    href: URL.createObjectURL(picture),
    download: 'goody.png',
  });
  link.click();
  URL.revokeObjectURL(link.href);
  return 'Saved goody.png';
}

async function write(items: Record<string, string | Blob>): Promise<boolean> {
  try {
    const blobs = Object.entries(items).map(([type, item]) => [type, new Blob([item], { type })] as const);
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
    return true;
  } catch {
    return false;
  }
}

/** The address of the page with its date, also if that is today. */
function linkTo(date: string): string {
  const { origin, pathname, search } = window.location;
  const parameters = Object.fromEntries(new URLSearchParams(search));
  const name = pathname === '/orders' ? 'asOf' : 'date';
  return origin + pathname + stringifySearch({ ...parameters, [name]: parameters[name] ?? date });
}
