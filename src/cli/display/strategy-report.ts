/** What a strategy tells besides its weights, whatever it is: figures in lines, lists of like parts as tables. */
import { counted, figure } from './figures.ts';
import { table, widthsOf, wrapped } from './table.ts';
import type { Column } from './table.ts';
import type { Paint } from './terminal.ts';

type Flat = Readonly<Record<string, unknown>>;

const rowsMax = 24;
const gap = 2;

/** "priorReturn" -> "prior return"; ids of assets and names of groups stay as they are. */
const words = (key: string): string =>
  /^[a-z]+(?:[A-Z][a-z0-9]*)*$/.test(key) ? key.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase() : key;

type Scalar = null | string | number | boolean;

const isScalar = (value: unknown): value is Scalar =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

const isObject = (value: unknown): value is Flat =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isFlat = (value: unknown): value is Flat => isObject(value) && Object.values(value).every(isScalar);

/** Smaller is rounding, of what is told in fractions. */
const rounding = 1e-12;

function cell(value: unknown): string {
  if (!isScalar(value) || value === null) return '';
  if (typeof value === 'number') return Math.abs(value) < rounding ? '0' : figure(value);
  return String(value);
}

/** Parts that are neither figures nor lists of like parts are left to --json. */
export function strategyReportLines(report: Flat, width: number, paint: Paint): string[] {
  const entries = Object.entries(report);
  const figures = entries.filter(([, value]) => isScalar(value));
  const parts = entries.flatMap(([key, value]): string[] => {
    const heading = paint.bold(words(key));
    if (isScalar(value)) return [];
    if (isFlat(value)) return wrapped(`${words(key)}: ${inLine(Object.entries(value))}`, width);
    if (Array.isArray(value) && value.every(isScalar) && value.length > 0) {
      const shown = value.slice(0, rowsMax).map(cell).join(', ');
      return wrapped(`${words(key)}: ${shown}${value.length > rowsMax ? ', ...' : ''}`, width);
    }
    if (Array.isArray(value) && value.every(isFlat))
      return value.length === 0 ? [] : [heading, ...tables(value, width, paint)];
    return [paint.dim(`${words(key)}: told by --json`)];
  });
  return [...(figures.length === 0 ? [] : wrapped(inLine(figures), width)), ...parts];
}

function inLine(figures: readonly (readonly [string, unknown])[]): string {
  return figures.map(([key, value]) => `${words(key)} ${cell(value)}`).join(', ');
}

/** One below the other where the columns do not fit the width; each begins with the first column. */
function tables(lines: readonly Flat[], width: number, paint: Paint): string[] {
  const keys = [...new Set(lines.flatMap((line) => Object.keys(line)))];
  const shown = lines.slice(0, rowsMax);
  const columns = keys.map((key): Column => {
    const isNumber = lines.every((line) => line[key] === undefined || typeof line[key] === 'number');
    return isNumber ? { title: words(key), align: 'right' } : { title: words(key) };
  });
  const rows = shown.map((line) => keys.map((key) => cell(line[key])));
  const [first = 0, ...others] = widthsOf(columns, rows, Infinity);
  const groups: number[][] = [[]];
  let room = width - first;
  for (const [index, each] of others.entries()) {
    if (room < each + gap && groups.at(-1)!.length > 0) {
      groups.push([]);
      room = width - first;
    }
    groups.at(-1)!.push(index + 1);
    room -= each + gap;
  }
  const hidden = lines.length - shown.length;
  return [
    ...groups.flatMap((group) => {
      const places = [0, ...group];
      const chosen = places.map((place) => columns[place]!);
      const cells = rows.map((row) => places.map((place) => row[place]!));
      return table(chosen, cells, width, paint.bold);
    }),
    ...(hidden > 0 ? [paint.dim(`and ${counted(hidden, 'line')} more, told by --json`)] : []),
  ];
}
