/** Mean and covariance of normal returns with any pattern of gaps: maximum likelihood by iteration. */
import { unchecked, type Checkpoint } from '../math/checkpoint.ts';
import { factorizeCholesky, solveCholesky } from '../math/cholesky.ts';
import { addProduct, addWeightedGram } from '../math/kernels.ts';
import { replicatedMax } from './stambaugh.ts';
import type { NoMoments, NormalMoments } from './stambaugh.ts';

/** Dates on which the same assets have returns. */
interface Pattern {
  readonly observed: readonly number[];
  readonly missing: readonly number[];
  readonly count: number;
  /** (o) sums of the observed returns. */
  readonly sums: Float64Array;
  /** (o x o) sums of their products. */
  readonly products: Float64Array;
}

/** Of a change of mean or covariance, both in units of the deviations of the assets. */
const changeMax = 1e-11;
const iterationsMax = 20_000;
/** Of all steps together, in units of patterns times n^3: some twenty seconds. */
const workMax = 2e10;

/**
 * Dempster, Laird and Rubin (1977), Maximum likelihood from incomplete data via the EM algorithm; Little and Rubin (2019), Statistical
 * Analysis with Missing Data, 11.2.1. Each step replaces what is missing by its expectation given what is there under the present moments,
 * adds the covariance of what that leaves open, and takes moments with divisor T. Started from the means and variances of each asset on its
 * own dates; ends when no mean or covariance moves by more than 1e-11 deviations, or after 20,000 steps or some twenty seconds of them. The likelihood never falls. Costs (patterns) * n^3 a step.
 * @param columns n of length T, NaN where missing, each with returns that differ.
 */
export function expectationMaximization(
  columns: readonly Float64Array[],
  checkpoint: Checkpoint = unchecked,
): NormalMoments | NoMoments {
  const n = columns.length;
  const centres = columns.map((column) => averageOf(column, (value) => value));
  const scales = columns.map((column, i) => Math.sqrt(averageOf(column, (value) => (value - centres[i]!) ** 2)));
  const patterns = patternsOf(columns.map((column, i) => column.map((value) => (value - centres[i]!) / scales[i]!)));
  const dates = patterns.reduce((sum, { count }) => sum + count, 0);
  const steps = Math.min(iterationsMax, Math.ceil(workMax / (patterns.length * n ** 3)));
  let state: NormalMoments = { mean: new Float64Array(n), covariance: identity(n) };
  for (let iteration = 0; iteration < steps; iteration += 1) {
    const next = step(state, patterns, dates, checkpoint);
    if (!('mean' in next)) return next;
    const moved = Math.max(largestChange(state.mean, next.mean), largestChange(state.covariance, next.covariance));
    state = next;
    if (moved <= changeMax) {
      return {
        mean: state.mean.map((value, i) => centres[i]! + scales[i]! * value),
        covariance: state.covariance.map(
          (value, index) => value * (scales[Math.floor(index / n)]! * scales[index % n]!),
        ),
      };
    }
  }
  return { reason: 'not settled', assets: [] };
}

/** Patterns of gaps that a series has: each step works through all of them. */
export function countPatterns(columns: readonly Float64Array[]): number {
  const seen = new Set<string>();
  for (let t = 0; t < (columns[0]?.length ?? 0); t += 1) seen.add(signatureAt(columns, t));
  return seen.size;
}

const signatureAt = (columns: readonly Float64Array[], t: number): string =>
  columns.map((column) => (Number.isNaN(column[t]!) ? '0' : '1')).join('');

function patternsOf(columns: readonly Float64Array[]): readonly Pattern[] {
  const dates = new Map<string, number[]>();
  for (let t = 0; t < (columns[0]?.length ?? 0); t += 1) {
    const signature = signatureAt(columns, t);
    if (!signature.includes('1')) continue;
    const own = dates.get(signature);
    if (own === undefined) dates.set(signature, [t]);
    else own.push(t);
  }
  return [...dates].map(([signature, own]) => {
    const observed = [...columns.keys()].filter((i) => signature[i] === '1');
    const missing = [...columns.keys()].filter((i) => signature[i] === '0');
    const o = observed.length;
    const rows = Float64Array.from(own.flatMap((t) => observed.map((i) => columns[i]![t]!)));
    const products = new Float64Array(o * o);
    addWeightedGram(rows, own.length, o, products);
    mirror(products, o);
    const sums = Float64Array.from(observed, (_, p) => own.reduce((sum, __, t) => sum + rows[t * o + p]!, 0));
    return { observed, missing, count: own.length, sums, products };
  });
}

function step(
  { mean, covariance }: NormalMoments,
  patterns: readonly Pattern[],
  dates: number,
  checkpoint: Checkpoint,
): NormalMoments | NoMoments {
  const n = mean.length;
  // Sums over all dates of the expected deviations from the present mean, and of their expected products.
  const away = new Float64Array(n);
  const spread = new Float64Array(n * n);
  for (const pattern of patterns) {
    checkpoint(n ** 3 + n * n);
    const expected = expectationOf({ mean, covariance }, pattern);
    if (expected === undefined) return { reason: 'replicated', assets: pattern.observed };
    const order = [...pattern.observed, ...pattern.missing];
    for (const [p, i] of order.entries()) {
      away[i] = away[i]! + expected.mean[p]!;
      for (const [q, j] of order.entries()) spread[i * n + j] = spread[i * n + j]! + expected.covariance[p * n + q]!;
    }
  }
  const shift = away.map((value) => value / dates);
  const next = spread.map((value, index) => value / dates - shift[Math.floor(index / n)]! * shift[index % n]!);
  for (let i = 0; i < n; i += 1)
    for (let j = 0; j < i; j += 1) next[i * n + j] = next[j * n + i] = (next[i * n + j]! + next[j * n + i]!) / 2;
  return { mean: mean.map((value, i) => value + shift[i]!), covariance: next };
}

/** Sums over the dates of a pattern, observed assets first; undefined when the observed ones replicate each other. */
function expectationOf({ mean, covariance }: NormalMoments, pattern: Pattern): NormalMoments | undefined {
  const n = mean.length;
  const { observed, missing, count, sums, products } = pattern;
  const [o, m] = [observed.length, missing.length];
  const centre = Float64Array.from(observed, (i) => mean[i]!);
  const away = sums.map((value, p) => value - count * centre[p]!);
  const spread = products.map((value, index) => {
    const [p, q] = [Math.floor(index / o), index % o];
    return value - sums[p]! * centre[q]! - centre[p]! * sums[q]! + count * centre[p]! * centre[q]!;
  });
  const result = { mean: new Float64Array(n), covariance: new Float64Array(n * n) };
  result.mean.set(away);
  for (let p = 0; p < o; p += 1) result.covariance.set(spread.subarray(p * o, (p + 1) * o), p * n);
  if (m === 0) return result;
  const factor = new Float64Array(o * o);
  for (const [p, i] of observed.entries())
    for (const [q, j] of observed.entries()) factor[p * o + q] = covariance[i * n + j]!;
  if (factorizeCholesky(factor, o, { pivotMin: replicatedMax }) > 0) return undefined;
  // (m x o) slopes of what is missing on what is there.
  const slopes = new Float64Array(m * o);
  for (const [p, i] of missing.entries()) {
    const b = Float64Array.from(observed, (j) => covariance[i * n + j]!);
    solveCholesky(factor, o, b);
    slopes.set(b, p * o);
  }
  const cross = new Float64Array(m * o);
  addProduct({ rows: m, columns: o, terms: o, left: slopes, right: spread, target: cross });
  const own = new Float64Array(m * m);
  addProduct({ rows: m, columns: m, terms: o, left: cross, right: slopes, rightTransposed: true, target: own });
  for (const [p, i] of missing.entries()) {
    for (let q = 0; q < o; q += 1) {
      result.mean[o + p] = result.mean[o + p]! + slopes[p * o + q]! * away[q]!;
      result.covariance[(o + p) * n + q] = result.covariance[q * n + o + p] = cross[p * o + q]!;
    }
    for (const [q, j] of missing.entries()) {
      let open = covariance[i * n + j]!;
      for (const [r, k] of observed.entries()) open -= slopes[p * o + r]! * covariance[k * n + j]!;
      result.covariance[(o + p) * n + o + q] = own[p * m + q]! + count * open;
    }
  }
  return result;
}

function mirror(matrix: Float64Array, n: number): void {
  for (let i = 0; i < n; i += 1) for (let j = 0; j < i; j += 1) matrix[j * n + i] = matrix[i * n + j]!;
}

function identity(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, index) => (index % (n + 1) === 0 ? 1 : 0));
}

function averageOf(column: Float64Array, of: (value: number) => number): number {
  let [count, sum] = [0, 0];
  for (const value of column) {
    if (Number.isNaN(value)) continue;
    count += 1;
    sum += of(value);
  }
  return sum / count;
}

function largestChange(before: Float64Array, after: Float64Array): number {
  return before.reduce((most, value, index) => Math.max(most, Math.abs(value - after[index]!)), 0);
}
