/** Reading the header and the cells of a CSV file, with every problem named by line and column. */
import { currencyProblem, isCurrency } from '../../values/currency.ts';
import { decimalProblem } from '../../values/decimal.ts';

/** A record with the line that it stands on, from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

export interface CsvTable {
  readonly header: CsvRecord;
  readonly records: readonly CsvRecord[];
}

export interface CellProblem {
  readonly line: number;
  readonly column: string;
  readonly description: string;
}

/** Where a row that is sent came from, to translate what the server says about it. */
export interface CellOrigin {
  readonly line: number;
  /** The one column that it came from (wide files); absent when the row is the whole line. */
  readonly column?: string;
}

/** Columns whose title begins so are remarks for people and are not read. */
const remark = '#';

export class Columns {
  readonly problems: CellProblem[] = [];
  readonly #titles: readonly string[];
  readonly #line: number;

  constructor(header: CsvRecord) {
    this.#titles = header.cells.map((title) => title.trim());
    this.#line = header.line;
    for (const [index, title] of this.#titles.entries()) {
      if (title === '') this.#refuse(`(column ${String(index + 1)})`, 'has no title');
      else if (this.#titles.indexOf(title) !== index) this.#refuse(title, 'stands twice in the header');
    }
  }

  get titles(): readonly string[] {
    return this.#titles.filter((title) => title !== '' && !title.startsWith(remark));
  }

  /** Position of a column by one of its titles, in any case; -1 when absent. */
  find(...titles: readonly string[]): number {
    return this.#titles.findIndex((title) => titles.includes(title.toLowerCase()));
  }

  /** The same, but its absence is a problem. */
  need(...titles: readonly string[]): number {
    const found = this.find(...titles);
    if (found < 0) this.#refuse(titles[0] ?? '', `is missing in the header; it has ${this.#titles.join(', ')}`);
    return found;
  }

  /** Refuses columns that nobody reads: a misspelt title must not lose a column silently. */
  allow(known: readonly string[], prefixes: readonly string[] = []): void {
    for (const title of this.titles) {
      const lower = title.toLowerCase();
      if (known.includes(lower) || prefixes.some((prefix) => lower.startsWith(prefix))) continue;
      const offered = [...known, ...prefixes.map((prefix) => `${prefix}NAME`)].join(', ');
      this.#refuse(title, `is not known; known are ${offered}; a title that begins with # is a remark`);
    }
  }

  titleAt(position: number): string {
    return this.#titles[position] ?? '';
  }

  #refuse(column: string, description: string): void {
    this.problems.push({ line: this.#line, column, description });
  }
}

/** Reads the cells of one record and collects what is wrong with them. */
export class Cells {
  readonly #record: CsvRecord;
  readonly #columns: Columns;
  readonly #problems: CellProblem[];

  constructor(record: CsvRecord, columns: Columns, problems: CellProblem[]) {
    this.#record = record;
    this.#columns = columns;
    this.#problems = problems;
  }

  /** The trimmed text; empty when the column is absent. */
  text(position: number): string {
    return position < 0 ? '' : (this.#record.cells[position] ?? '').trim();
  }

  required(position: number): string {
    const text = this.text(position);
    if (text === '' && position >= 0) this.refuse(position, 'is empty');
    return text;
  }

  /** A decimal as the wire takes it; "" stays "". */
  decimal(position: number): string {
    const text = this.text(position);
    const problem = text === '' ? undefined : decimalProblem(text);
    if (problem !== undefined) this.refuse(position, problem);
    return text;
  }

  /** A decimal above 0 that must be there. */
  positive(position: number): string {
    const text = this.required(position);
    if (text === '') return text;
    const problem =
      decimalProblem(text) ?? (/^-|^0(?:\.0+)?$/.test(text) ? `must be above 0; got "${text}"` : undefined);
    if (problem !== undefined) this.refuse(position, problem);
    return text;
  }

  /** A finite number that must be there. */
  number(position: number): number {
    const text = this.required(position);
    const value = Number(text);
    if (text !== '' && !Number.isFinite(value)) this.refuse(position, `must be a number; got "${text}"`);
    return Number.isFinite(value) ? value : 0;
  }

  date(position: number): string {
    const text = this.required(position);
    if (text !== '' && !isDate(text)) this.refuse(position, `must be a date like 2018-04-11; got "${text}"`);
    return text;
  }

  currency(position: number): string {
    const text = this.required(position);
    const problem = text === '' || isCurrency(text) ? undefined : currencyProblem;
    if (problem !== undefined) this.refuse(position, problem);
    return text;
  }

  refuse(position: number, description: string): void {
    this.#problems.push({ line: this.#record.line, column: this.#columns.titleAt(position), description });
  }
}

/** Whether a text is a day that the calendar has, YYYY-MM-DD. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const read = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(text);
}
