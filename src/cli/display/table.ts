/** Tables of text that fit a width. */
import { plain, widthOf } from './terminal.ts';

export interface Column {
  readonly title: string;
  /** Numbers stand right; text stands left. */
  readonly align?: 'left' | 'right';
  /** May be cut with an ellipsis when the table is too wide. Text columns may by default, numbers never. */
  readonly flexible?: boolean;
  /** Goes on below instead of being cut. */
  readonly wraps?: boolean;
}

const gap = 2;
const flexibleMin = 4;

/** Cuts a text to a width with an ellipsis. Colours are dropped from a text that is cut. */
export function fitted(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return '';
  const kept = Array.from(plain(text)).slice(0, width - 1);
  return `${kept.join('')}…`;
}

function aligned(text: string, width: number, align: 'left' | 'right'): string {
  const room = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'right' ? room + text : text + room;
}

/** Widths of the columns, so that they fit together: the widest flexible one gives first. */
export function widthsOf(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): number[] {
  const widths = columns.map(({ title }, index) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(row[index] ?? ''))),
  );
  const flexible = columns.map(({ flexible: own, align }) => own ?? align !== 'right');
  const total = (): number => widths.reduce((sum, each) => sum + each, gap * (columns.length - 1));
  while (total() > width) {
    let widest = -1;
    for (const [index, each] of widths.entries()) {
      if (flexible[index] === true && each > flexibleMin && each > (widths[widest] ?? 0)) widest = index;
    }
    if (widest < 0) break;
    widths[widest]! -= 1;
  }
  return widths;
}

/** A text in lines of a width, broken between words but not before a percent sign; a word that is wider stands on a line of its own. */
export function wrapped(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text];
  const lines: string[] = [];
  for (const word of text.split(/ (?!%)/)) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A row as lines of cells: the first has every cell, the others what goes on below. */
function broken(cells: readonly string[], columns: readonly Column[], widths: readonly number[]): string[][] {
  const parts = cells.map((cell, index) =>
    columns[index]?.wraps === true ? wrapped(cell, widths[index] ?? 0) : [cell],
  );
  const height = Math.max(1, ...parts.map(({ length }) => length));
  return Array.from({ length: height }, (_none, line) => parts.map((part) => part[line] ?? ''));
}

/** The lines of a table: a header, then the rows. A line that still is too long (numbers only) is cut. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  head: (text: string) => string = (text) => text,
): string[] {
  const widths = widthsOf(columns, rows, width);
  const lineOf = (cells: readonly string[]): string => {
    const line = columns
      .map(({ align = 'left' }, index) => {
        const room = widths[index] ?? 0;
        return aligned(fitted(cells[index] ?? '', room), room, align);
      })
      .join(' '.repeat(gap))
      .trimEnd();
    return fitted(line, width);
  };
  return [
    head(lineOf(columns.map(({ title }) => title))),
    ...rows.flatMap((row) => broken(row, columns, widths).map(lineOf)),
  ];
}
