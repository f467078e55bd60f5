/** Where the demo speaks: numbered sections, facts, and checks that decide its exit code. */
import { table, wrapped } from '../display/table.ts';
import type { Column } from '../display/table.ts';
import { elapsed } from '../display/figures.ts';
import type { Terminal } from '../display/terminal.ts';

const widthMost = 78;

export class Stage {
  readonly terminal: Terminal;
  readonly #began = performance.now();
  #section = 0;
  #checks = 0;
  #failed = 0;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  get width(): number {
    return Math.min(widthMost, this.terminal.columns - 1);
  }

  get checks(): number {
    return this.#checks;
  }

  get failed(): number {
    return this.#failed;
  }

  get elapsed(): string {
    return elapsed(performance.now() - this.#began);
  }

  section(title: string): void {
    const { paint } = this.terminal;
    this.#section += 1;
    const clock = this.elapsed;
    const head = `${String(this.#section)}  ${title} `;
    const rule = '─'.repeat(Math.max(2, this.width - head.length - clock.length - 1));
    this.terminal.line();
    this.terminal.line(`${paint.bold(paint.cyan(head))}${paint.dim(`${rule} ${clock}`)}`);
  }

  /** Lines, broken between words where they are wider than the stage. */
  say(...lines: readonly string[]): void {
    this.terminal.lines(lines.flatMap((line) => wrapped(line, this.width)));
  }

  /** Lines as they stand, to be copied. */
  quote(...lines: readonly string[]): void {
    this.terminal.lines(lines);
  }

  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
    this.terminal.lines(table(columns, rows, this.width, this.terminal.paint.bold));
  }

  /** Says whether something holds, and remembers when it does not. */
  check(text: string, holds: boolean): void {
    const { paint } = this.terminal;
    this.#checks += 1;
    if (!holds) this.#failed += 1;
    this.terminal.line(`${holds ? paint.green('✓') : paint.red('✗ NOT')} ${text}`);
  }
}

/** Two blocks of lines side by side. */
export function beside(left: readonly string[], right: readonly string[], widthOfLeft: number): string[] {
  const height = Math.max(left.length, right.length);
  return Array.from({ length: height }, (_none, row) => {
    const text = left[row] ?? '';
    return `${text}${' '.repeat(Math.max(0, widthOfLeft - text.length))}${right[row] ?? ''}`.trimEnd();
  });
}
