/** One measured figure, printed as a line of JSON; the table at the end is drawn from them. */
export interface Figure {
  readonly case: string;
  readonly metric: string;
  readonly value: number | null;
  readonly unit: string;
  readonly peer?: string;
  readonly peerValue?: number | null;
  /** Ours divided by the peer's. */
  readonly ratio?: number | null;
  /** Relative difference of the peer's objective, or ours without a peer, from the best known. */
  readonly gap?: number | null;
  /** Of the peer's answer: the largest relative violation of a restriction. */
  readonly violation?: number;
  /** Why a value is missing, or what it was measured on. */
  readonly note?: string;
}

/** Of this run, in the order of their measurement. */
export const figures: Figure[] = [];

export function report(figure: Figure): void {
  figures.push(figure);
  process.stdout.write(`${JSON.stringify(figure)}\n`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const rounded = (value: number | null | undefined): string =>
  value === null || value === undefined ? '-' : Number(value.toPrecision(4)).toString();

/** Figures as a table for people. */
export function table(): string {
  const rows = figures.map((figure) => [
    figure.case,
    figure.metric,
    `${rounded(figure.value)} ${figure.unit}`,
    figure.peer ?? '',
    figure.peer === undefined ? '' : rounded(figure.peerValue),
    figure.peer === undefined ? '' : rounded(figure.ratio),
    figure.gap === undefined || figure.gap === null ? '' : figure.gap.toExponential(0),
    figure.note ?? '',
  ]);
  const head = ['case', 'metric', 'ours', 'peer', 'peer value', 'ratio', 'gap', 'note'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
