/** The numbers that a page shows on its tiles, as a table and as a picture. */

/** A number with its label, and what is said about it. */
export interface ShownNumber {
  label: string;
  value: string;
  notes: string[];
}

export interface ShownNumbers {
  title: string;
  /** What the numbers are about. */
  about: string;
  numbers: ShownNumber[];
}

/** Reads the tiles of the page, each of which has `data-tile`. */
export function shownNumbers(main: ParentNode, about: string): ShownNumbers {
  const text = (element: Element | null) => (element?.textContent ?? '').replace(/\s+/g, ' ').trim();
  const number = (tile: Element): ShownNumber => ({
    label: text(tile.querySelector('h2')),
    // A missing number is a dash with its reason.
    value: text(tile.querySelector('[data-value]')).replace(/^–.+/, '–'),
    notes: [...(tile.querySelector('[data-notes]')?.children ?? [])].map(text).filter((note) => note !== ''),
  });
  return {
    title: text(main.querySelector('h1')),
    about,
    numbers: [...main.querySelectorAll('[data-tile]')].map(number),
  };
}

/** A table for a spreadsheet or a mail: as HTML, and as text with tabs. */
export function tableOf({ title, about, numbers }: ShownNumbers): { html: string; text: string } {
  const rows = [[title, about, ''], ...numbers.map(({ label, value, notes }) => [label, value, notes.join('; ')])];
  const escaped = (cell: string) => cell.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const row = (cells: string[]) => `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
  return {
    html: `<table>${rows.map(row).join('')}</table>`,
    text: rows.map((cells) => cells.join('\t')).join('\n'),
  };
}

const [WIDTH, ROW, EDGE, SCALE] = [960, 92, 40, 2];

/** A picture for a presentation, in the colours of the page. */
export async function pictureOf({ title, about, numbers }: ShownNumbers): Promise<Blob | null> {
  const style = getComputedStyle(document.body);
  const canvas = document.createElement('canvas');
  const height = EDGE * 2 + 92 + numbers.length * ROW;
  Object.assign(canvas, { width: WIDTH * SCALE, height: height * SCALE });
  const context = canvas.getContext('2d');
  if (context === null) return null;
  context.scale(SCALE, SCALE);
  context.fillStyle = style.backgroundColor;
  context.fillRect(0, 0, WIDTH, height);
  context.fillStyle = style.color;
  const write = (text: string, x: number, y: number, font: string, align: CanvasTextAlign = 'left') => {
    context.font = `${font} ${style.fontFamily}`;
    context.textAlign = align;
    context.fillText(text, x, y, align === 'left' ? WIDTH - EDGE - x : undefined);
  };
  write(title, EDGE, EDGE + 36, '800 36px');
  write(about, EDGE, EDGE + 66, '400 18px');
  numbers.forEach(({ label, value, notes }, index) => {
    const top = EDGE + 92 + index * ROW;
    context.fillRect(EDGE, top, WIDTH - 2 * EDGE, 2);
    write(label, EDGE, top + 36, '700 20px');
    write(notes.join('; '), EDGE, top + 66, '400 16px');
    write(value, WIDTH - EDGE, top + 44, '800 36px', 'right');
  });
  return new Promise((resolve) => canvas.toBlob(resolve));
}
