/** What shrinkage of a mean vector needs: means, covariance, and distances between means measured by the precision. */
import { factorizeCholesky, solveCholesky } from '../math/cholesky.ts';
import { dot, sum } from '../math/vectors.ts';
import type { Sample } from '../problem/estimator.ts';
import { Fault } from '../values/fault.ts';
import { completeColumnsOf, refuseFewer } from './gaps.ts';
import { checkpointOf } from './sample.ts';
import { moments } from './shrinkage.ts';

export interface MeansAndPrecision {
  readonly size: number;
  readonly observations: number;
  /** (n) per period. */
  readonly means: Float64Array;
  /** S (n x n) per period, divisor T - 1. */
  readonly covariance: Float64Array;
  /** S^-1 b, new. */
  readonly solve: (b: Float64Array) => Float64Array;
}

/**
 * @throws Fault PRICE_MISSING for gaps, INSUFFICIENT_HISTORY for fewer than `n + beyond` returns, COVARIANCE_NOT_PSD when S cannot be
 *   inverted (two assets move alike).
 */
export function meansAndPrecision(sample: Sample, estimator: string, beyond: number): MeansAndPrecision {
  const columns = completeColumnsOf(sample, estimator);
  const size = columns.length;
  const { observations, covariance: biased } = moments(columns, sample.checkpoint);
  refuseFewer(observations, size + beyond, estimator, `${String(beyond)} more than assets`);
  const covariance = biased.map((value) => (value * observations) / (observations - 1));
  const factor = Float64Array.from(covariance);
  // A pivot that lost all its digits means an asset that others replicate.
  const largest = Math.max(...Array.from({ length: size }, (_, i) => covariance[i * size + i]!));
  if (
    factorizeCholesky(factor, size, { pivotMin: largest * size * Number.EPSILON, checkpoint: checkpointOf(sample) }) > 0
  ) {
    const description = `of the returns is singular, so that ${estimator} cannot weigh their means by its inverse; leave out assets that others replicate`;
    throw new Fault('COVARIANCE_NOT_PSD', `the sample covariance ${description}`, { estimator }, [
      { field: 'covariance', description },
    ]);
  }
  const solve = (b: Float64Array): Float64Array => {
    const x = Float64Array.from(b);
    solveCholesky(factor, size, x);
    return x;
  };
  const means = Float64Array.from(columns, (column) => sum(column) / column.length);
  return { size, observations, means, covariance, solve };
}

/** Mean return of the portfolio of least variance, 1' S^-1 m / 1' S^-1 1. */
export function minimumVarianceMean({ size, means, solve }: MeansAndPrecision): number {
  const weights = solve(new Float64Array(size).fill(1));
  return dot(weights, means) / sum(weights);
}

/** (m - level 1)' S^-1 (m - level 1). */
export function squaredDistance({ means, solve }: MeansAndPrecision, level: number): number {
  const away = means.map((value) => value - level);
  return dot(away, solve(away));
}
