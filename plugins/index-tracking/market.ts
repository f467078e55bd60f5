/** What every strategy here reads from its task. */
import type { Scenarios, SymmetricOperator } from '@veritasvault/portfolio/sdk/v1';

/**
 * Annual second moment of returns (n x n): periodsPerYear sum_s p_s r_s r_s', so that x'M x is the mean squared active return of active
 * weights x. The mean is not taken out. Costs S n^2.
 */
export function secondMoment({ count, returns, probabilities, periodsPerYear }: Scenarios): SymmetricOperator {
  const n = returns.length / count;
  const entries = new Float64Array(n * n);
  for (let s = 0; s < count; s++) {
    const r = returns.subarray(s * n, (s + 1) * n);
    const weight = periodsPerYear * (probabilities?.[s] ?? 1 / count);
    for (let i = 0; i < n; i++) {
      const part = weight * r[i]!;
      for (let j = 0; j <= i; j++) entries[i * n + j]! += part * r[j]!;
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) entries[j * n + i] = entries[i * n + j]!;
  return { kind: 'dense', size: n, entries };
}

/** A weight closer to zero is rounding, no holding. */
const rounding = 1e-9;

export function namesHeld(weights: Float64Array): number {
  return weights.reduce((count, weight) => count + (Math.abs(weight) > rounding ? 1 : 0), 0);
}

/** Half the sum of absolute active weights, cash not counted. */
export function activeShare(weights: Float64Array, benchmark: Float64Array): number {
  return 0.5 * weights.reduce((sum, weight, i) => sum + Math.abs(weight - benchmark[i]!), 0);
}
