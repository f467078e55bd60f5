/**
 * Targets of Ledoit-Wolf shrinkage and their optimal intensities. Symbols as in the papers: X (T x n) demeaned returns, S = X'X / T,
 * F the target, pi the sum of asymptotic variances of sqrt(T) s_ij, rho the one of their covariances with f_ij, gamma = ||F - S||^2;
 * intensity = clip((pi - rho) / gamma / T, 0, 1).
 */
import { unchecked, type Checkpoint } from '../math/checkpoint.ts';

export const targetNames = [
  'identity',
  'constant-variance',
  'diagonal',
  'two-parameter',
  'single-factor',
  'constant-correlation',
] as const;
export type Target = (typeof targetNames)[number];

export interface Moments {
  /** n demeaned columns of length T. */
  readonly columns: readonly Float64Array[];
  readonly observations: number;
  readonly size: number;
  /** S (n x n), divisor T. */
  readonly covariance: Float64Array;
  /** For what is made of them. */
  readonly checkpoint: Checkpoint;
}

export interface ShrinkageTarget {
  /** F (n x n). */
  readonly entries: Float64Array;
  readonly intensity: number;
}

export function moments(returns: readonly Float64Array[], checkpoint: Checkpoint = unchecked): Moments {
  const columns = returns.map((column) => {
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    return column.map((value) => value - mean);
  });
  const size = columns.length;
  const observations = columns[0]?.length ?? 0;
  return {
    columns,
    observations,
    size,
    covariance: crossProducts(columns, columns, checkpoint).map((value) => value / observations),
    checkpoint,
  };
}

/** (n x n) left_i' right_j; a product of columns with themselves is symmetric and costs half. */
function crossProducts(
  left: readonly Float64Array[],
  right: readonly Float64Array[],
  checkpoint: Checkpoint,
): Float64Array {
  const n = left.length;
  const products = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    const end = left === right ? i + 1 : n;
    checkpoint(end * left[i]!.length);
    let j = 0;
    for (; j + 4 <= end; j += 4) fourInner(left[i]!, right, j, products, i * n + j);
    for (; j < end; j += 1) products[i * n + j] = inner(left[i]!, right[j]!);
  }
  if (left === right)
    for (let i = 0; i < n; i += 1) for (let j = 0; j < i; j += 1) products[j * n + i] = products[i * n + j]!;
  return products;
}

/** Four inner products in one pass over `column`, which saves reading it four times. */
function fourInner(
  column: Float64Array,
  others: readonly Float64Array[],
  from: number,
  into: Float64Array,
  at: number,
): void {
  const [a, b, c, d] = [others[from]!, others[from + 1]!, others[from + 2]!, others[from + 3]!];
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let t = 0; t < column.length; t += 1) {
    const value = column[t]!;
    s0 += value * a[t]!;
    s1 += value * b[t]!;
    s2 += value * c[t]!;
    s3 += value * d[t]!;
  }
  into.set([s0, s1, s2, s3], at);
}

function inner(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < left.length; t += 1) sum += left[t]! * right[t]!;
  return sum;
}

function squaredDistance(left: Float64Array, right: Float64Array): number {
  return left.reduce((sum, value, index) => sum + (value - right[index]!) ** 2, 0);
}

/** A target that the sample already meets needs no shrinkage, and gives 0 / 0. */
function clipped(numerator: number, gamma: number): number {
  return gamma > 0 ? Math.min(1, Math.max(0, numerator / gamma)) : 0;
}

/** pi_ij = 1/T sum_t (x_ti x_tj)^2 - s_ij^2, (n x n). */
function variancesOfCovariances({ columns, observations, covariance, checkpoint }: Moments): Float64Array {
  const squares = columns.map((column) => column.map((value) => value * value));
  return crossProducts(squares, squares, checkpoint).map(
    (value, index) => value / observations - covariance[index]! ** 2,
  );
}

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

function traceOf(entries: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i += 1) sum += entries[i * n + i]!;
  return sum;
}

/** Ledoit and Wolf (2004), J. Multivariate Analysis 88, 3.2: F = mean variance times identity. */
function constantVariance(sample: Moments): ShrinkageTarget {
  const { columns, observations, size, covariance } = sample;
  const variance = traceOf(covariance, size) / size;
  const entries = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) entries[i * size + i] = variance;
  let fourth = 0;
  for (let t = 0; t < observations; t += 1) fourth += columns.reduce((sum, column) => sum + column[t]! ** 2, 0) ** 2;
  const pi = fourth / observations - covariance.reduce((sum, value) => sum + value * value, 0);
  return { entries, intensity: clipped(pi / observations, squaredDistance(entries, covariance)) };
}

/** Own variances, no covariances. rho_ii = pi_ii, because f_ii = s_ii; as in the code that Ledoit and Wolf publish (covDiag). */
function diagonal(sample: Moments): ShrinkageTarget {
  const { observations, size: n, covariance } = sample;
  const entries = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) entries[i * n + i] = covariance[i * n + i]!;
  const pi = variancesOfCovariances(sample);
  return {
    entries,
    intensity: clipped((total(pi) - traceOf(pi, n)) / observations, squaredDistance(entries, covariance)),
  };
}

/** Mean variance on the diagonal, mean covariance off it; as in the code that Ledoit and Wolf publish (cov2Para). */
function twoParameter(sample: Moments): ShrinkageTarget {
  const { columns, observations, size: n, covariance } = sample;
  const trace = traceOf(covariance, n);
  const outside = total(covariance) - trace;
  const pairs = Math.max(1, n * (n - 1));
  const entries = new Float64Array(n * n).fill(outside / pairs);
  for (let i = 0; i < n; i += 1) entries[i * n + i] = trace / n;
  // Means over t of (sum_i x_i^2)^2 and of the square of sum_{i != j} x_i x_j.
  let [fourth, mixed] = [0, 0];
  for (let t = 0; t < observations; t += 1) {
    const plain = columns.reduce((sum, column) => sum + column[t]!, 0);
    const squares = columns.reduce((sum, column) => sum + column[t]! ** 2, 0);
    fourth += squares ** 2 / observations;
    mixed += (plain ** 2 - squares) ** 2 / observations;
  }
  const rho = (fourth - trace ** 2) / n + (mixed - outside ** 2) / pairs;
  const numerator = (total(variancesOfCovariances(sample)) - rho) / observations;
  return { entries, intensity: clipped(numerator, squaredDistance(entries, covariance)) };
}

/** Ledoit and Wolf (2004), J. Portfolio Management 30(4), appendices A and B: F has the mean correlation and the own variances. */
function constantCorrelation(sample: Moments): ShrinkageTarget {
  const { columns, observations, size: n, covariance, checkpoint } = sample;
  const deviations = Float64Array.from({ length: n }, (_, i) => Math.sqrt(covariance[i * n + i]!));
  const entries = Float64Array.from(covariance);
  let correlation = 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const scale = deviations[i]! * deviations[j]!;
      if (scale > 0) correlation += (2 * covariance[i * n + j]!) / scale / Math.max(1, n * (n - 1));
    }
  }
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) if (i !== j) entries[i * n + j] = correlation * (deviations[i]! * deviations[j]!);
  }
  const pi = variancesOfCovariances(sample);
  const cubes = crossProducts(
    columns.map((column) => column.map((value) => value ** 3)),
    columns,
    checkpoint,
  );
  let rho = traceOf(pi, n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) {
      if (i === j || deviations[i] === 0) continue;
      const theta = cubes[i * n + j]! / observations - covariance[i * n + i]! * covariance[i * n + j]!;
      rho += (correlation * deviations[j]! * theta) / deviations[i]!;
    }
  }
  return { entries, intensity: clipped((total(pi) - rho) / observations, squaredDistance(entries, covariance)) };
}

/** Ledoit and Wolf (2003), J. Empirical Finance 10(5), 2.5: F is the market model of the equally weighted market with own variances. */
function singleFactor(sample: Moments): ShrinkageTarget {
  const { columns, observations, size: n, covariance, checkpoint } = sample;
  const market = Float64Array.from(
    { length: observations },
    (_, t) => columns.reduce((sum, column) => sum + column[t]!, 0) / n,
  );
  const variance = inner(market, market) / observations;
  const b = Float64Array.from(columns, (column) => inner(column, market) / observations);
  const entries = Float64Array.from(covariance);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) if (i !== j) entries[i * n + j] = variance > 0 ? (b[i]! * b[j]!) / variance : 0;
  }
  const pi = variancesOfCovariances(sample);
  const squares = columns.map((column) => column.map((value) => value * value));
  const shares = columns.map((column) => column.map((value, t) => value * market[t]!));
  const first = crossProducts(squares, shares, checkpoint);
  const third = crossProducts(shares, shares, checkpoint);
  let rho = traceOf(pi, n);
  for (let i = 0; i < n && variance > 0; i += 1) {
    for (let j = 0; j < n; j += 1) {
      if (i === j) continue;
      const s = covariance[i * n + j]!;
      const one = (first[i * n + j]! / observations - b[i]! * s) * b[j]!;
      const three = (third[i * n + j]! / observations - variance * s) * b[i]! * b[j]!;
      rho += (2 * one) / variance - three / variance ** 2;
    }
  }
  return { entries, intensity: clipped((total(pi) - rho) / observations, squaredDistance(entries, covariance)) };
}

export const targets: Readonly<Record<Target, (sample: Moments) => ShrinkageTarget>> = {
  identity: constantVariance,
  'constant-variance': constantVariance,
  diagonal,
  'two-parameter': twoParameter,
  'single-factor': singleFactor,
  'constant-correlation': constantCorrelation,
};
