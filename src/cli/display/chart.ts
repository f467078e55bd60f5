/** A chart of points in braille characters: two by four dots in each column and line. */
import { percent } from './figures.ts';
import { widthOf } from './terminal.ts';

export interface ChartPoint {
  readonly x: number;
  readonly y: number;
}

/** A point with a letter of its own. */
export interface ChartMark extends ChartPoint {
  readonly letter: string;
}

export interface Chart {
  /** Joined by a line in the order given. */
  readonly curve: readonly ChartPoint[];
  readonly marks?: readonly ChartMark[];
  readonly xTitle: string;
  readonly yTitle: string;
  /** The ranges shown; those of the points when absent. Fixed ranges keep a chart still while points arrive. */
  readonly xRange?: readonly [number, number];
  readonly yRange?: readonly [number, number];
  /** Columns in all, axis included. */
  readonly width: number;
  /** Lines of the plot itself. */
  readonly height: number;
  readonly tick?: (value: number) => string;
}

const dotOf: readonly (readonly number[])[] = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
];

class Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly #dots: Uint8Array;
  readonly #letters = new Map<number, string>();

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#dots = new Uint8Array(columns * rows);
  }

  /** Sets a dot; x to the right, y downwards, in dots. */
  set(x: number, y: number): void {
    const column = Math.floor(x / 2);
    const row = Math.floor(y / 4);
    if (column < 0 || row < 0 || column >= this.columns || row >= this.rows) return;
    this.#dots[row * this.columns + column]! |= dotOf[x % 2]?.[y % 4] ?? 0;
  }

  letter(x: number, y: number, letter: string): void {
    this.#letters.set(Math.floor(y / 4) * this.columns + Math.floor(x / 2), letter);
  }

  line(row: number): string {
    let text = '';
    for (let column = 0; column < this.columns; column += 1) {
      const position = row * this.columns + column;
      const dots = this.#dots[position] ?? 0;
      text += this.#letters.get(position) ?? (dots === 0 ? ' ' : String.fromCodePoint(0x2800 + dots));
    }
    return text;
  }
}

/** The least range that holds all values, a twentieth wider on each side; never empty. */
export function rangeOf(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  const least = Math.min(...values);
  const most = Math.max(...values);
  const margin = most > least ? (most - least) / 20 : Math.max(Math.abs(most) / 10, 1e-6);
  return [least - margin, most + margin];
}

/** The lines of the chart, each of at most `width` columns: the title of the y axis, the plot with its axes, ticks, the title of the x axis. */
export function chartLines(chart: Chart): string[] {
  const tick = chart.tick ?? ((value: number) => percent(value, 1));
  const points = [...chart.curve, ...(chart.marks ?? [])];
  const [left, right] = chart.xRange ?? rangeOf(points.map(({ x }) => x));
  const [bottom, top] = chart.yRange ?? rangeOf(points.map(({ y }) => y));
  const labels = new Map<number, string>();
  for (const [row, share] of [0, 0.5, 1].map((each) => [Math.round(each * (chart.height - 1)), each] as const))
    labels.set(row, tick(top - share * (top - bottom)));
  const margin = Math.max(...Array.from(labels.values(), widthOf));
  const canvas = new Canvas(Math.max(1, chart.width - margin - 2), chart.height);
  plot(canvas, chart, [left, right], [bottom, top]);
  const lines = [`${' '.repeat(margin)} ${chart.yTitle}`];
  for (let row = 0; row < chart.height; row += 1) {
    const label = labels.get(row);
    lines.push(`${(label ?? '').padStart(margin)} ${label === undefined ? '│' : '┤'}${canvas.line(row)}`.trimEnd());
  }
  lines.push(`${' '.repeat(margin)} └${'─'.repeat(canvas.columns)}`);
  const below = [tick(left), chart.xTitle, tick(right)];
  const free = canvas.columns - below.reduce((sum, text) => sum + widthOf(text), 0);
  const before = ' '.repeat(Math.max(1, Math.floor(free / 2)));
  const after = ' '.repeat(Math.max(1, Math.ceil(free / 2)));
  lines.push(`${' '.repeat(margin + 2)}${below[0] ?? ''}${before}${below[1] ?? ''}${after}${below[2] ?? ''}`);
  return lines.map((line) => Array.from(line).slice(0, chart.width).join(''));
}

function plot(
  canvas: Canvas,
  chart: Chart,
  [left, right]: readonly [number, number],
  [bottom, top]: readonly [number, number],
): void {
  const across = canvas.columns * 2 - 1;
  const down = canvas.rows * 4 - 1;
  const place = ({ x, y }: ChartPoint): readonly [number, number] => [
    Math.round(((x - left) / (right - left)) * across),
    Math.round(((top - y) / (top - bottom)) * down),
  ];
  const inside = ([x, y]: readonly [number, number]): boolean => x >= 0 && y >= 0 && x <= across && y <= down;
  const places = chart.curve.map(place);
  for (const [index, to] of places.entries()) {
    const from = places[index - 1] ?? to;
    const steps = Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]), 1);
    for (let step = 0; step <= steps; step += 1) {
      const x = Math.round(from[0] + ((to[0] - from[0]) * step) / steps);
      const y = Math.round(from[1] + ((to[1] - from[1]) * step) / steps);
      if (inside([x, y])) canvas.set(x, y);
    }
  }
  for (const mark of chart.marks ?? []) {
    const at = place(mark);
    if (inside(at)) canvas.letter(at[0], at[1], mark.letter);
  }
}
