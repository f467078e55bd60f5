/** Lower semi-variance over scenarios and the quadratic models of it. */
import { dot } from '@veritasvault/portfolio/sdk/v1';
import type { Objective, Scenarios, SymmetricOperator } from '@veritasvault/portfolio/sdk/v1';

/** Shortfall of scenario s at weights w: (thresholds_s - x_s'w)+. */
export interface Shortfall {
  readonly count: number;
  /** (S x n) row-major. */
  readonly rows: Float64Array;
  /** (S) */
  readonly thresholds: Float64Array;
  /** (S) of sum 1. */
  readonly probabilities: Float64Array;
  readonly periodsPerYear: number;
}

/** Below `threshold`, a result of one period, or below the mean result of the scenarios; of weights away from `centre`. */
export function shortfallOf(
  { count, returns, probabilities, periodsPerYear }: Scenarios,
  threshold: number | 'mean',
  centre: Float64Array | undefined,
): Shortfall {
  const n = returns.length / count;
  const likely = probabilities ?? new Float64Array(count).fill(1 / count);
  const rows = Float64Array.from(returns);
  if (threshold === 'mean') {
    const mean = new Float64Array(n);
    for (let s = 0; s < count; s++) for (let i = 0; i < n; i++) mean[i]! += likely[s]! * rows[s * n + i]!;
    for (let s = 0; s < count; s++) for (let i = 0; i < n; i++) rows[s * n + i]! -= mean[i]!;
  }
  const thresholds = new Float64Array(count).fill(threshold === 'mean' ? 0 : threshold);
  if (centre !== undefined)
    for (let s = 0; s < count; s++) thresholds[s]! += dot(rows.subarray(s * n, (s + 1) * n), centre);
  return { count, rows, thresholds, probabilities: likely, periodsPerYear };
}

/** (S) thresholds_s - x_s'w, negative where there is no shortfall. */
export function gapsAt({ count, rows, thresholds }: Shortfall, weights: Float64Array): Float64Array {
  const n = weights.length;
  return Float64Array.from(
    { length: count },
    (_, s) => thresholds[s]! - dot(rows.subarray(s * n, (s + 1) * n), weights),
  );
}

/** Annual: periodsPerYear sum_s p_s (gap_s+)^2. */
export function semiVariance({ probabilities, periodsPerYear }: Shortfall, gaps: Float64Array): number {
  return periodsPerYear * gaps.reduce((sum, gap, s) => sum + (gap > 0 ? probabilities[s]! * gap * gap : 0), 0);
}

/**
 * Minimize -linear'w + scale/2 periodsPerYear sum_{s in active} p_s (thresholds_s - x_s'w)^2, its constant left out. Costs n^2 for each
 * active scenario.
 */
export function modelOf(
  { count, rows, thresholds, probabilities, periodsPerYear }: Shortfall,
  active: readonly boolean[],
  linear: Float64Array,
  scale: number,
): Objective {
  const n = linear.length;
  const entries = new Float64Array(n * n);
  const pull = Float64Array.from(linear);
  for (let s = 0; s < count; s++) {
    if (active[s] !== true) continue;
    const x = rows.subarray(s * n, (s + 1) * n);
    const weight = periodsPerYear * probabilities[s]!;
    for (let i = 0; i < n; i++) {
      const part = weight * x[i]!;
      if (part === 0) continue;
      pull[i]! += scale * part * thresholds[s]!;
      for (let j = 0; j <= i; j++) entries[i * n + j]! += part * x[j]!;
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) entries[j * n + i] = entries[i * n + j]!;
  const operator: SymmetricOperator = { kind: 'dense', size: n, entries };
  return { quadratics: [{ scale, operator }], linear: pull };
}

/** (n) the gradient of scale/2 periodsPerYear sum over `counted` of p_s gap_s^2. */
export function gradientOf(
  { count, rows, probabilities, periodsPerYear }: Shortfall,
  gaps: Float64Array,
  counted: (s: number) => number,
  n: number,
  scale: number,
): Float64Array {
  const gradient = new Float64Array(n);
  for (let s = 0; s < count; s++) {
    const sign = counted(s);
    if (sign === 0) continue;
    const factor = -sign * scale * periodsPerYear * probabilities[s]! * gaps[s]!;
    for (let i = 0; i < n; i++) gradient[i]! += factor * rows[s * n + i]!;
  }
  return gradient;
}
