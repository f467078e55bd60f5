/** One stream that people read: its width, whether it can be redrawn, and its colours. */

type Shade = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
export type Paint = Readonly<Record<Shade, (text: string) => string>>;

const codes: Readonly<Record<Shade, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

/** What a terminal needs of a stream; `process.stdout` has it. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Colours only on a terminal, and not when NO_COLOR is set to anything (no-color.org) or the terminal is dumb. */
export function paintFor(sink: Sink, environment: Environment): Paint {
  const coloured = sink.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  const shade = (name: Shade) => (text: string) => {
    const [on, off] = codes[name];
    return coloured && text !== '' ? `\u001b[${String(on)}m${text}\u001b[${String(off)}m` : text;
  };
  return {
    bold: shade('bold'),
    dim: shade('dim'),
    red: shade('red'),
    green: shade('green'),
    yellow: shade('yellow'),
    cyan: shade('cyan'),
  };
}

const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** A text without its colours. */
export function plain(text: string): string {
  return text.replaceAll(escapes, '');
}

/** Columns that a text takes, its colours not counted. */
export function widthOf(text: string): number {
  return Array.from(plain(text)).length;
}

export class Terminal {
  readonly paint: Paint;
  readonly #sink: Sink;
  readonly #environment: Environment;
  #drawn = 0;

  constructor(sink: Sink, environment: Environment = process.env) {
    this.#sink = sink;
    this.#environment = environment;
    this.paint = paintFor(sink, environment);
  }

  /** Whether lines can be redrawn in place. */
  get isLive(): boolean {
    return this.#sink.isTTY === true && this.#environment['TERM'] !== 'dumb';
  }

  /** Usable columns: those of the terminal, 80 where there is none, at least 40. */
  get columns(): number {
    const told = this.#sink.columns ?? Number(this.#environment['COLUMNS']);
    return Number.isFinite(told) && told > 0 ? Math.max(40, told) : 80;
  }

  /** Writes a line below whatever is drawn live. */
  line(text = ''): void {
    this.clear();
    this.#sink.write(`${text}\n`);
  }

  lines(texts: readonly string[]): void {
    for (const text of texts) this.line(text);
  }

  /** Draws lines in the place of the ones drawn last; nothing where that is impossible. */
  draw(texts: readonly string[]): void {
    if (!this.isLive) return;
    this.clear();
    this.#sink.write(texts.map((text) => `${text}\n`).join(''));
    this.#drawn = texts.length;
  }

  /** Takes away what was drawn last. */
  clear(): void {
    if (this.#drawn === 0) return;
    this.#sink.write(`\u001b[${String(this.#drawn)}A\u001b[0J`);
    this.#drawn = 0;
  }
}
