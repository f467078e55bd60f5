/** Mean and covariance of normal returns when some histories begin later: maximum likelihood in closed form. */
import { unchecked, type Checkpoint } from '../math/checkpoint.ts';
import { factorizeCholesky, solveCholesky } from '../math/cholesky.ts';
import { addWeightedGram } from '../math/kernels.ts';

export interface NormalMoments {
  /** (n) per period. */
  readonly mean: Float64Array;
  /** (n x n) per period; of maximum likelihood, so that complete histories of length T give the divisor T. */
  readonly covariance: Float64Array;
}

/** Why there are none: the assets concerned, by position. */
export interface NoMoments {
  readonly reason: 'late gaps' | 'short' | 'replicated' | 'not settled';
  readonly assets: readonly number[];
}

/** Pivots relative to the variance of an asset, below which others replicate it. */
export const replicatedMax = 1e-12;

/**
 * Stambaugh (1997), Analyzing investments whose histories differ in length, J. Financial Economics 45; Anderson (1957). Assets
 * are taken by falling length of their histories; those that begin together are regressed, over their own dates, on all that are longer:
 * b = S_yx S_xx^-1, mean m_y + b (mean_x - m_x), covariance with the longer b V_xx, own S_yy - b S_xy + b V_xx b'; m and S are the moments over
 * the dates of y with divisor their number. Needs no gaps after the first return, and two dates more than longer histories.
 * Costs (number of different lengths) * T n^2 operations.
 * @param columns n of length T, NaN where missing, each with a return.
 */
export function stambaugh(
  columns: readonly Float64Array[],
  checkpoint: Checkpoint = unchecked,
): NormalMoments | NoMoments {
  const n = columns.length;
  const observations = columns[0]?.length ?? 0;
  const starts = columns.map((column) => column.findIndex((value) => !Number.isNaN(value)));
  const torn = [...columns.keys()].filter((i) => columns[i]!.subarray(starts[i]).some(Number.isNaN));
  if (torn.length > 0) return { reason: 'late gaps', assets: torn };
  const mean = new Float64Array(n);
  const covariance = new Float64Array(n * n);
  const known: number[] = [];
  for (const start of [...new Set(starts)].sort((a, b) => a - b)) {
    const added = [...columns.keys()].filter((i) => starts[i] === start);
    if (observations - start < known.length + 2) return { reason: 'short', assets: added };
    const window = momentsFrom(columns, [...known, ...added], start, checkpoint);
    if (!extend({ mean, covariance }, window, known, added, checkpoint)) return { reason: 'replicated', assets: added };
    known.push(...added);
  }
  return { mean, covariance };
}

/** Of the chosen assets from a date on; in their order. */
function momentsFrom(
  columns: readonly Float64Array[],
  chosen: readonly number[],
  start: number,
  checkpoint: Checkpoint,
): NormalMoments {
  const size = chosen.length;
  const count = (columns[0]?.length ?? 0) - start;
  const mean = Float64Array.from(
    chosen,
    (i) => columns[i]!.subarray(start).reduce((sum, value) => sum + value, 0) / count,
  );
  const rows = new Float64Array(count * size);
  for (const [position, i] of chosen.entries())
    for (let t = 0; t < count; t += 1) rows[t * size + position] = columns[i]![start + t]! - mean[position]!;
  const covariance = new Float64Array(size * size);
  addWeightedGram(rows, count, size, covariance, undefined, undefined, checkpoint);
  for (let p = 0; p < size; p += 1)
    for (let q = 0; q <= p; q += 1)
      covariance[p * size + q] = covariance[q * size + p] = covariance[p * size + q]! / count;
  return { mean, covariance };
}

/** Adds the moments of `added` to those of `known`; false when the known histories replicate each other over the window. */
function extend(
  all: NormalMoments,
  window: NormalMoments,
  known: readonly number[],
  added: readonly number[],
  checkpoint: Checkpoint,
): boolean {
  const n = all.mean.length;
  const k = known.length;
  const size = k + added.length;
  const s = (p: number, q: number): number => window.covariance[p * size + q]!;
  const factor = new Float64Array(k * k);
  // Scaled to unit variances, so that a pivot tells how much of an asset the others leave unexplained.
  const scale = Float64Array.from({ length: k }, (_, p) => (s(p, p) > 0 ? 1 / Math.sqrt(s(p, p)) : 0));
  for (let p = 0; p < k; p += 1) for (let q = 0; q < k; q += 1) factor[p * k + q] = s(p, q) * scale[p]! * scale[q]!;
  if (factorizeCholesky(factor, k, { pivotMin: replicatedMax, checkpoint }) > 0) return false;
  const slopes = added.map((_, a) => {
    checkpoint(2 * k * (k + added.length));
    const b = Float64Array.from({ length: k }, (__, p) => s(k + a, p) * scale[p]!);
    solveCholesky(factor, k, b);
    return b.map((value, p) => value * scale[p]!);
  });
  const carried = slopes.map((b) =>
    Float64Array.from(known, (i) => b.reduce((sum, value, q) => sum + value * all.covariance[i * n + known[q]!]!, 0)),
  );
  for (const [a, i] of added.entries()) {
    const shift = slopes[a]!.reduce((sum, b, p) => sum + b * (all.mean[known[p]!]! - window.mean[p]!), 0);
    all.mean[i] = window.mean[k + a]! + shift;
    for (const [p, j] of known.entries()) all.covariance[i * n + j] = all.covariance[j * n + i] = carried[a]![p]!;
    for (let c = 0; c <= a; c += 1) {
      const explained = slopes[a]!.reduce((sum, b, p) => sum + b * (carried[c]![p]! - s(k + c, p)), 0);
      const j = added[c]!;
      all.covariance[i * n + j] = all.covariance[j * n + i] = s(k + a, k + c) + explained;
    }
  }
  return true;
}
