/**
 * FAST-MCD: the h of T observations whose covariance has the least determinant. Rousseeuw and van Driessen (1999), A fast algorithm for the
 * minimum covariance determinant estimator, Technometrics 41(3). Random starts from a fixed seed: the same data give the same bits.
 */
import { unchecked, type Checkpoint } from '../math/checkpoint.ts';
import { factorizeCholesky } from '../math/cholesky.ts';
import { addWeightedGram, solveLowerRows } from '../math/kernels.ts';

export interface Observations {
  /** (T x n) row-major, columns of comparable size around zero. */
  readonly rows: Float64Array;
  readonly count: number;
  readonly size: number;
  readonly checkpoint?: Checkpoint;
}

export interface Fit {
  /** (n) */
  readonly mean: Float64Array;
  /** (n x n) divisor h, symmetric. */
  readonly covariance: Float64Array;
  readonly logDeterminant: number;
  /** (T) squared distances of all observations from `mean` in the metric of `covariance`. */
  readonly distances: Float64Array;
}

export interface SearchSettings {
  /** h, from (T + n + 1) / 2 to T. */
  readonly support: number;
  readonly starts: number;
  readonly seed: number;
}

/** Pivots of unit variances below this: the observations lie on a hyperplane. */
const pivotMin = 1e-12;
const kept = 10;
const shortSteps = 2;
const longSteps = 200;

/** The best fit found, or undefined when h observations lie on a hyperplane. */
export function leastDeterminant(data: Observations, settings: SearchSettings): Fit | undefined {
  const random = randomFrom(settings.seed);
  const share = settings.support / data.count;
  const groups = partition(data, random);
  const startsEach = Math.max(kept, Math.ceil(settings.starts / groups.length));
  let fits: (Fit | undefined)[] = [];
  for (const group of groups) {
    const part = groups.length === 1 ? data : chosenRows(data, group);
    const support = groups.length === 1 ? settings.support : Math.floor(share * part.count);
    const found: (Fit | undefined)[] = [];
    for (let start = 0; start < startsEach; start += 1)
      found.push(concentrated(part, randomStart(part, random), support, shortSteps));
    fits.push(...best(found));
  }
  if (groups.length > 1) {
    const merged = chosenRows(data, Int32Array.from(groups.flatMap((group) => [...group])));
    const support = Math.floor(share * merged.count);
    fits = best(fits.map((fit) => concentrated(merged, refitted(merged, fit), support, shortSteps)));
    fits = fits.map((fit) => refitted(data, fit));
  }
  return best(fits.map((fit) => concentrated(data, fit, settings.support, longSteps)))[0];
}

/** Groups of some 300 observations, at most five, so that many starts are cheap; a single group when there are too few for two. */
function partition({ count, size }: Observations, random: () => number): readonly Int32Array[] {
  const least = Math.max(300, 5 * size);
  const groups = Math.min(5, Math.floor(count / least));
  if (groups < 2) return [Int32Array.from({ length: count }, (_, t) => t)];
  const order = shuffled(count, random);
  const each = groups === 5 ? least : Math.floor(count / groups);
  return Array.from({ length: groups }, (_, g) => order.slice(g * each, (g + 1) * each).sort());
}

function chosenRows({ rows, size, ...data }: Observations, chosen: Int32Array): Observations {
  const part = new Float64Array(chosen.length * size);
  for (const [position, t] of chosen.entries()) part.set(rows.subarray(t * size, (t + 1) * size), position * size);
  return { ...data, rows: part, count: chosen.length, size };
}

/** n + 1 observations, and more of them while they lie on a hyperplane. */
function randomStart(data: Observations, random: () => number): Fit | undefined {
  const order = shuffled(data.count, random);
  for (let count = data.size + 1; count <= data.count; count += 1) {
    const fit = fitOf(data, order.subarray(0, count));
    if (fit !== undefined) return fit;
  }
  return undefined;
}

/** Steps to the `support` nearest observations, each of which lowers the determinant, until it stands still. */
function concentrated(data: Observations, start: Fit | undefined, support: number, steps: number): Fit | undefined {
  let fit = start;
  for (let step = 0; step < steps && fit !== undefined; step += 1) {
    const next = fitOf(data, nearest(fit.distances, support));
    if (next !== undefined && step > 0 && next.logDeterminant >= fit.logDeterminant) return fit;
    fit = next;
  }
  return fit;
}

function nearest(distances: Float64Array, support: number): Int32Array {
  const order = Int32Array.from(distances, (_, t) => t);
  order.sort((s, t) => distances[s]! - distances[t]! || s - t);
  return order.subarray(0, support).slice().sort();
}

/** The least determinants first; of equal ones the one found first. */
function best(fits: readonly (Fit | undefined)[]): Fit[] {
  return fits
    .filter((fit) => fit !== undefined)
    .sort((left, right) => left.logDeterminant - right.logDeterminant)
    .slice(0, kept);
}

/** Mean, covariance and distances; undefined when the observations chosen lie on a hyperplane. */
export function fitOf(data: Observations, chosen: Int32Array): Fit | undefined {
  const { rows, size: n, checkpoint = unchecked } = data;
  checkpoint(2 * chosen.length * n);
  const mean = new Float64Array(n);
  for (const t of chosen) for (let i = 0; i < n; i += 1) mean[i] = mean[i]! + rows[t * n + i]! / chosen.length;
  const centred = new Float64Array(chosen.length * n);
  for (const [position, t] of chosen.entries())
    for (let i = 0; i < n; i += 1) centred[position * n + i] = rows[t * n + i]! - mean[i]!;
  const covariance = new Float64Array(n * n);
  addWeightedGram(centred, chosen.length, n, covariance, undefined, undefined, checkpoint);
  for (let i = 0; i < n; i += 1)
    for (let j = 0; j <= i; j += 1)
      covariance[i * n + j] = covariance[j * n + i] = covariance[i * n + j]! / chosen.length;
  return measured(data, mean, covariance);
}

/** A fit to part of the data, with distances of other data. */
function refitted(data: Observations, fit: Fit | undefined): Fit | undefined {
  return fit === undefined ? undefined : measured(data, fit.mean, fit.covariance);
}

function measured(
  { rows, count, size: n, checkpoint = unchecked }: Observations,
  mean: Float64Array,
  covariance: Float64Array,
): Fit | undefined {
  const factor = Float64Array.from(covariance);
  if (factorizeCholesky(factor, n, { pivotMin, checkpoint }) > 0) return undefined;
  let logDeterminant = 0;
  for (let i = 0; i < n; i += 1) logDeterminant += 2 * Math.log(factor[i * n + i]!);
  const away = rows.map((value, index) => value - mean[index % n]!);
  solveLowerRows(factor, n, away, count, checkpoint);
  const distances = new Float64Array(count);
  for (let t = 0; t < count; t += 1) {
    let sum = 0;
    for (let i = t * n; i < (t + 1) * n; i += 1) sum += away[i]! * away[i]!;
    distances[t] = sum;
  }
  return { mean, covariance, logDeterminant, distances };
}

function shuffled(count: number, random: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, t) => t);
  for (let t = count - 1; t > 0; t -= 1) {
    const other = Math.floor(random() * (t + 1));
    [order[t], order[other]] = [order[other]!, order[t]!];
  }
  return order;
}

/** Uniform on [0, 1) in steps of 2^-32 (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
