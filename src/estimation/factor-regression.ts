/**
 * Time-series regression of assets on factor returns: r_it = a_i + b_i'f_t + e_it, by (weighted) least squares, each asset by itself.
 * Sharpe (1963), A Simplified Model for Portfolio Analysis, with k factors; Greene (2018), Econometric Analysis, ch. 4.
 */
import type { Checkpoint } from '../math/checkpoint.ts';
import { factorizeCholesky, solveCholesky } from '../math/cholesky.ts';
import { sum } from '../math/vectors.ts';
import { refuse } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import { centredTable, gramOf, meansOf } from './gram.ts';
import { movementMin } from './sample.ts';

export interface RegressionInput {
  /** T x n row-major, NaN where missing. */
  readonly returns: Float64Array;
  readonly assets: readonly string[];
  /** T x k row-major; a row with a missing one is left out for all assets. */
  readonly factorReturns: Float64Array;
  readonly factors: readonly string[];
  /** (T) positive; ones when absent. */
  readonly weights?: Float64Array;
  readonly checkpoint?: Checkpoint;
}

/** Per period. */
export interface FactorRegression {
  /** (n) a. */
  readonly alphas: Float64Array;
  /** n x k row-major, b. */
  readonly exposures: Float64Array;
  /** k x k, over the rows with all factor returns; divisor T - 1, with weights v: 1 - sum v^2 / (sum v)^2 times sum v. */
  readonly factorCovariance: Float64Array;
  /** (n) sum v e^2 / sum v, times T* / (T* - k - 1) with T* = (sum v)^2 / sum v^2, the number of rows of the asset without weights. */
  readonly specificVariance: Float64Array;
  /** (n) share of the weighted variance that the factors explain, 0 to 1. */
  readonly explained: Float64Array;
  /** (n) rows used. */
  readonly observations: Int32Array;
}

/** A factor that the others explain to this share of its variance is one of them. */
const dependenceMin = 1e-10;

/**
 * @throws Fault INSUFFICIENT_HISTORY naming every asset with too few rows; INVALID_ARGUMENT naming a factor that does not move or that follows
 *   from the ones before.
 */
export function regressOnFactors(input: RegressionInput): FactorRegression {
  const { factors, assets } = input;
  const k = factors.length;
  const n = assets.length;
  const rows = input.returns.length / n;
  const whole = [...Array(rows).keys()].filter((t) =>
    input.factorReturns.subarray(t * k, (t + 1) * k).every((each) => !Number.isNaN(each)),
  );
  refuseShort(input, whole);
  const all = tableOf(input, whole);
  refuseDependent(all, factors);
  const result = {
    alphas: new Float64Array(n),
    exposures: new Float64Array(n * k),
    factorCovariance: all.gram.map((each) => each / (all.total * (1 - 1 / all.effective))),
    specificVariance: new Float64Array(n),
    explained: new Float64Array(n),
    observations: new Int32Array(n),
  };
  for (let i = 0; i < n; i += 1) {
    input.checkpoint?.(rows * (k + 2) * (k + 2));
    const own = whole.filter((t) => !Number.isNaN(input.returns[t * n + i]!));
    const table = own.length === whole.length ? all : tableOf(input, own);
    if (table !== all) refuseDependent(table, factors, assets[i]);
    const fitted = fit(
      table,
      Float64Array.from(own, (t) => input.returns[t * n + i]!),
    );
    result.alphas[i] = fitted.alpha;
    result.exposures.set(fitted.slopes, i * k);
    result.specificVariance[i] = fitted.variance;
    result.explained[i] = fitted.explained;
    result.observations[i] = own.length;
  }
  return result;
}

/** The factor returns of some rows, centred, with what all assets that have these rows share. */
interface FactorTable {
  readonly rows: number;
  readonly width: number;
  readonly means: Float64Array;
  /** rows x k, less the means. */
  readonly centred: Float64Array;
  readonly weights: Float64Array;
  /** Sum of the weights, and the number of rows that they are worth. */
  readonly total: number;
  readonly effective: number;
  /** k x k: centred' diag(weights) centred. */
  readonly gram: Float64Array;
  /** Its diagonal scaled to ones, factorized. */
  readonly factor: Float64Array;
  /** The first that the ones before explain, or that does not move. */
  readonly dependent: number | undefined;
}

function tableOf({ factorReturns, factors, weights: given }: RegressionInput, rows: readonly number[]): FactorTable {
  const k = factors.length;
  const table = new Float64Array(rows.length * k);
  for (const [at, t] of rows.entries()) table.set(factorReturns.subarray(t * k, (t + 1) * k), at * k);
  const weights = Float64Array.from(rows, (t) => given?.[t] ?? 1);
  const means = meansOf(table, rows.length, k, weights);
  const centred = centredTable(table, rows.length, k, means);
  const gram = gramOf(centred, rows.length, k, weights);
  const total = sum(weights);
  for (let f = 0; f < k; f += 1) {
    const largest = rows.reduce((most, _, at) => Math.max(most, Math.abs(table[at * k + f]!)), 0);
    if (gram[f * k + f]! <= total * (movementMin * largest) ** 2) gram[f * k + f] = 0;
  }
  const factor = gram.map((each, index) => {
    const [i, j] = [Math.floor(index / k), index % k];
    return each / Math.sqrt(gram[i * k + i]! * gram[j * k + j]!);
  });
  const effective = total ** 2 / weights.reduce((squares, each) => squares + each * each, 0);
  return {
    rows: rows.length,
    width: k,
    means,
    centred,
    weights,
    total,
    effective,
    gram,
    factor,
    ...factorized(factor, k),
  };
}

/** Factorizes in place, one factor after the other; stops at the first that the ones before explain. */
function factorized(correlations: Float64Array, k: number): { readonly dependent: number | undefined } {
  const leading = (size: number): boolean => {
    const part = new Float64Array(size * size);
    for (let i = 0; i < size; i += 1) part.set(correlations.subarray(i * k, i * k + size), i * size);
    return part.every(Number.isFinite) && factorizeCholesky(part, size, { pivotMin: dependenceMin }) === 0;
  };
  for (let size = 1; size <= k; size += 1) if (!leading(size)) return { dependent: size - 1 };
  factorizeCholesky(correlations, k);
  return { dependent: undefined };
}

function fit(
  { rows, width, means, centred, weights, total, effective, gram, factor }: FactorTable,
  returns: Float64Array,
): { readonly alpha: number; readonly slopes: Float64Array; readonly variance: number; readonly explained: number } {
  const mean = meansOf(returns, rows, 1, weights)[0]!;
  const products = new Float64Array(width);
  let squares = 0;
  for (let t = 0; t < rows; t += 1) {
    const deviation = weights[t]! * (returns[t]! - mean);
    squares += deviation * (returns[t]! - mean);
    for (let f = 0; f < width; f += 1) products[f] = products[f]! + deviation * centred[t * width + f]!;
  }
  const sizes = Float64Array.from({ length: width }, (_, f) => Math.sqrt(gram[f * width + f]!));
  const slopes = products.map((each, f) => each / sizes[f]!);
  solveCholesky(factor, width, slopes);
  for (let f = 0; f < width; f += 1) slopes[f] = slopes[f]! / sizes[f]!;
  let errors = 0;
  for (let t = 0; t < rows; t += 1) {
    let error = returns[t]! - mean;
    for (let f = 0; f < width; f += 1) error -= slopes[f]! * centred[t * width + f]!;
    errors += weights[t]! * error * error;
  }
  const alpha = slopes.reduce((left, slope, f) => left - slope * means[f]!, mean);
  const variance = (errors / total) * (effective / (effective - width - 1));
  return { alpha, slopes, variance, explained: squares > 0 ? Math.max(0, 1 - errors / squares) : 0 };
}

function refuseShort({ returns, assets, factors, weights }: RegressionInput, whole: readonly number[]): void {
  const n = assets.length;
  const violations: Violation[] = [];
  for (const [i, id] of assets.entries()) {
    let [total, squares, count] = [0, 0, 0];
    for (const t of whole) {
      if (Number.isNaN(returns[t * n + i]!)) continue;
      const weight = weights?.[t] ?? 1;
      [total, squares, count] = [total + weight, squares + weight * weight, count + 1];
    }
    if (count > 0 && total ** 2 / squares > factors.length + 1.5) continue;
    const worth =
      weights === undefined || count === 0 ? '' : `, worth ${(total ** 2 / squares).toFixed(1)} by their weights`;
    const description = `has ${String(count)} returns on dates with all factor returns${worth}; at least ${String(factors.length + 2)} are needed`;
    violations.push({ field: `prices[${JSON.stringify(id)}]`, description });
  }
  refuse(violations, 'INSUFFICIENT_HISTORY');
}

function refuseDependent({ dependent, gram, width }: FactorTable, factors: readonly string[], asset?: string): void {
  if (dependent === undefined) return;
  const on = asset === undefined ? '' : ` on the dates of ${asset}`;
  const others = factors.slice(0, dependent).join(', ');
  const still = !(gram[dependent * width + dependent]! > 0);
  const description = still
    ? `${factors[dependent]!} does not move${on}, so that no exposure to it can be estimated`
    : `${factors[dependent]!} follows from ${others}${on}, so that exposures to them cannot be told apart`;
  refuse([{ field: `factorReturns[${JSON.stringify(factors[dependent])}]`, description }]);
}
