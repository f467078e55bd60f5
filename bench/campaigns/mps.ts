/** Reads a linear program in the MPS format, fixed or free: the parts that the Netlib sets use, ranges and all kinds of bounds included. */

export interface LinearProgram {
  readonly name: string;
  readonly columns: readonly string[];
  /** Minimized. */
  readonly cost: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly rows: readonly LinearRow[];
}

export interface LinearRow {
  readonly name: string;
  readonly positions: readonly number[];
  readonly coefficients: readonly number[];
  readonly lower: number;
  readonly upper: number;
}

interface Draft {
  readonly name: string;
  readonly kind: string;
  readonly positions: number[];
  readonly coefficients: number[];
  right: number;
  range?: number;
}

/** Throws an Error that names the line that it cannot read. */
export function readMps(text: string): LinearProgram {
  const reader = new Reader();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '' || line.startsWith('*')) continue;
    const words = line.trim().split(/\s+/);
    if (!/^\s/.test(line)) {
      section = words[0]!.toUpperCase();
      if (section === 'NAME') reader.name = words[1] ?? '';
      if (section === 'ENDATA') break;
      continue;
    }
    reader.read(section, words, line);
  }
  return reader.program();
}

class Reader {
  name = '';
  private readonly rows = new Map<string, Draft>();
  private objective: string | undefined;
  private readonly columns = new Map<string, number>();
  private readonly cost: number[] = [];
  private readonly lower: number[] = [];
  private readonly upper: number[] = [];

  read(section: string, words: readonly string[], line: string): void {
    if (section === 'ROWS') this.addRow(words[0]!.toUpperCase(), words[1]!);
    else if (section === 'COLUMNS') this.addEntries(words, line);
    else if (section === 'RHS') this.eachPair(words, line, (row, value) => (row.right = value));
    else if (section === 'RANGES') this.eachPair(words, line, (row, value) => (row.range = value));
    else if (section === 'BOUNDS') this.addBound(words, line);
    else throw new Error(`section ${section} is not understood`);
  }

  private addRow(kind: string, name: string): void {
    if (kind === 'N') {
      this.objective ??= name;
      if (name !== this.objective) this.rows.set(name, { name, kind, positions: [], coefficients: [], right: 0 });
    } else this.rows.set(name, { name, kind, positions: [], coefficients: [], right: 0 });
  }

  private addEntries(words: readonly string[], line: string): void {
    let column = this.columns.get(words[0]!);
    if (column === undefined) {
      column = this.columns.size;
      this.columns.set(words[0]!, column);
      this.cost.push(0);
      this.lower.push(0);
      this.upper.push(Infinity);
    }
    for (let k = 1; k + 1 < words.length; k += 2) {
      const value = numberOf(words[k + 1]!, line);
      if (words[k] === this.objective) this.cost[column] = value;
      else {
        const row = this.rowOf(words[k]!, line);
        row.positions.push(column);
        row.coefficients.push(value);
      }
    }
  }

  /** The name of the set may be left out. */
  private eachPair(words: readonly string[], line: string, visit: (row: Draft, value: number) => void): void {
    for (let k = words.length % 2; k + 1 < words.length; k += 2)
      if (words[k] !== this.objective) visit(this.rowOf(words[k]!, line), numberOf(words[k + 1]!, line));
  }

  private addBound(words: readonly string[], line: string): void {
    const kind = words[0]!.toUpperCase();
    const valued = !['FR', 'MI', 'PL', 'BV'].includes(kind);
    const named = words.length === (valued ? 4 : 3);
    const column = this.columns.get(words[named ? 2 : 1]!);
    if (column === undefined) throw new Error(`no such column: ${line}`);
    const value = valued ? numberOf(words[named ? 3 : 2]!, line) : 0;
    if (kind === 'LO' || kind === 'FX') this.lower[column] = value;
    if (kind === 'UP' || kind === 'FX') this.upper[column] = value;
    if (kind === 'UP' && value < 0 && this.lower[column] === 0) this.lower[column] = -Infinity;
    if (kind === 'FR' || kind === 'MI') this.lower[column] = -Infinity;
    if (kind === 'FR' || kind === 'PL') this.upper[column] = Infinity;
    if (kind === 'BV') this.upper[column] = 1;
  }

  private rowOf(name: string, line: string): Draft {
    const row = this.rows.get(name);
    if (row === undefined) throw new Error(`no such row: ${line}`);
    return row;
  }

  program(): LinearProgram {
    return {
      name: this.name,
      columns: [...this.columns.keys()],
      cost: Float64Array.from(this.cost),
      lower: Float64Array.from(this.lower),
      upper: Float64Array.from(this.upper),
      rows: [...this.rows.values()].filter(({ kind }) => kind !== 'N').map(finished),
    };
  }
}

/** A range R on an equation reaches up when R > 0 and down when R < 0; on an inequality it is the distance of the other side. */
function finished({ name, kind, positions, coefficients, right, range }: Draft): LinearRow {
  let lower = kind === 'L' ? -Infinity : right;
  let upper = kind === 'G' ? Infinity : right;
  if (range !== undefined) {
    if (kind === 'L' || (kind === 'E' && range < 0)) lower = right - Math.abs(range);
    if (kind === 'G' || (kind === 'E' && range > 0)) upper = right + Math.abs(range);
  }
  return { name, positions, coefficients, lower, upper };
}

function numberOf(text: string, line: string): number {
  const value = Number(text.replace(/[dD]/, 'e'));
  if (Number.isNaN(value)) throw new Error(`not a number: ${line}`);
  return value;
}
