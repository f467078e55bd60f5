/** The live line of a solve: what is being done, iteration, objective, gap, elapsed, and a bar towards the tolerance. */
import type { Progress } from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import { bar } from './bar.ts';
import { elapsed, figure, residual } from './figures.ts';
import { fitted } from './table.ts';
import type { Terminal } from './terminal.ts';

const toleranceDigits = 8;
const quietMsUsual = 1000;

/** How far the residuals and the gap are from 1 to 1e-8, on a logarithmic scale, 0 to 1. */
export function closeness(progress: Pick<Progress, 'primalResidual' | 'dualResidual' | 'gap'>): number {
  const worst = Math.max(progress.primalResidual, progress.dualResidual, progress.gap);
  if (Number.isNaN(worst)) return 0;
  if (worst <= 10 ** -toleranceDigits) return 1;
  return Math.min(1, Math.max(0, -Math.log10(worst) / toleranceDigits));
}

/** The wire has no infinities: the largest number stands for what is not known yet. */
function knownOr(unknown: string, value: number, text: (value: number) => string): string {
  return Math.abs(value) === Number.MAX_VALUE ? unknown : text(value);
}

/** One line that fits the width; the bar is empty until the solver iterates. */
export function solvingLine(progress: Progress, width: number): string {
  const figures = [
    `iteration ${String(progress.iteration).padStart(3)}`,
    `objective ${knownOr('-', progress.objective, figure).padStart(8)}`,
    `gap ${knownOr('-', progress.gap, residual).padStart(6)}`,
    elapsed(Number(progress.elapsedMs)).padStart(6),
  ].join('  ');
  const free = Math.max(0, width - figures.length - 4);
  const barWidth = Math.min(16, Math.floor(free / 2.5));
  const phase = fitted(progress.phase, Math.min(28, free - barWidth));
  const done = progress.iteration === 0 ? 0 : closeness(progress);
  return fitted(`${phase.padEnd(Math.min(20, free - barWidth))}  ${figures}  ${bar(done, barWidth)}`, width);
}

/** Shows solves as they go: redrawn in place on a terminal; elsewhere at most a line in `quietMs`, by default a second. */
export class SolvingDisplay {
  readonly #terminal: Terminal;
  readonly #indent: string;
  readonly #quietMs: number;
  #shownAt = performance.now();

  constructor(terminal: Terminal, indent = '', quietMs = quietMsUsual) {
    this.#terminal = terminal;
    this.#indent = indent;
    this.#quietMs = quietMs;
  }

  show(progress: Progress): void {
    const line = this.#indent + solvingLine(progress, this.#terminal.columns - this.#indent.length - 1);
    if (this.#terminal.isLive) {
      this.#terminal.draw([line]);
      return;
    }
    const now = performance.now();
    if (now - this.#shownAt < this.#quietMs) return;
    this.#shownAt = now;
    this.#terminal.line(line);
  }

  end(): void {
    this.#terminal.clear();
  }
}
