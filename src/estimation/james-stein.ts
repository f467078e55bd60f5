import { sum } from '../math/vectors.ts';
import type { ReturnEstimator } from '../problem/estimator.ts';
import { refuse } from '../values/fault.ts';
import { refuseSmaller } from './gaps.ts';
import { meansAndPrecision, minimumVarianceMean, squaredDistance } from './mean-shrinkage.ts';
import type { MeansAndPrecision } from './mean-shrinkage.ts';

export type JamesSteinParameters = {
  readonly target: 'grand-mean' | 'given';
  readonly targetReturn?: number;
};

export interface ShrunkMeans {
  /** (n) per period. */
  readonly means: Float64Array;
  /** Weight of the target, 0 to 1. */
  readonly intensity: number;
  /** Per period. */
  readonly target: number;
}

/**
 * (1 - w) m + w t 1 with m the sample means, S the sample covariance (divisor T - 1) of T complete returns of n assets:
 * - given target t: w = min(1, (n - 2) / (T - n + 2) * (T - 1) / T / q), q = (m - t 1)' S^-1 (m - t 1). James and Stein (1961), for a
 *   covariance that is estimated, in its positive part (Baranchik 1964). Needs n >= 3, T >= n + 1.
 * - grand mean: t the plain mean of the n means, w = min(1, (n - 3) / (T - n + 3) * (T - 1) / T / q) with q measured from the mean of the
 *   portfolio of least variance: the same rule for the n - 1 differences between assets, which is Lindley's (1962) version; with equal
 *   variances and no correlation it is that of Efron and Morris (1973). Needs n >= 4, T >= n + 1.
 * Whatever the true means, the expected squared error in the metric of the true precision is below that of the sample means.
 */
export function jamesStein(sample: MeansAndPrecision, given: number | undefined): ShrunkMeans {
  const { size: n, observations: T, means } = sample;
  const target = given ?? sum(means) / n;
  const lost = given === undefined ? 1 : 0;
  const distance = squaredDistance(sample, given ?? minimumVarianceMean(sample));
  const bound = (((n - 2 - lost) / (T - n + 2 + lost)) * (T - 1)) / T;
  const intensity = distance > bound ? bound / distance : 1;
  return { means: means.map((value) => (1 - intensity) * value + intensity * target), intensity, target };
}

export const jamesSteinMean: ReturnEstimator<JamesSteinParameters> = {
  type: 'james-stein',
  estimates: 'expected-returns',
  title: 'James-Stein mean',
  description:
    'Arithmetic mean of past simple returns times periods per year, drawn towards one common return by the positive-part James-Stein rule for an estimated covariance: (1 - w) m + w t with ' +
    "w = min(1, c / (m - t)' S^-1 (m - t)), c = (n - 2) (T - 1) / ((T - n + 2) T), S with divisor T - 1. Target given: a return that you state. Target grand-mean: the mean of the means; " +
    'then c = (n - 3) (T - 1) / ((T - n + 3) T) and the distance is measured from the mean of the minimum variance portfolio, which is the same rule for differences between assets. ' +
    'Needs returns without gaps, 3 assets (grand-mean: 4) and more returns than assets. Costs T n^2 + n^3 / 3 operations.',
  references: [
    'James and Stein (1961), Estimation with quadratic loss, Proc. Fourth Berkeley Symposium 1',
    "Efron and Morris (1973), Stein's estimation rule and its competitors, J. American Statistical Association 68",
    'Lindley (1962), discussion of Stein, J. Royal Statistical Society B 24',
  ],
  parameters: {
    type: 'object',
    title: 'James-Stein mean',
    properties: {
      target: {
        type: 'string',
        title: 'Target',
        description: 'What the means are drawn towards; there is no default.',
        enum: ['grand-mean', 'given'],
      },
      targetReturn: {
        type: 'number',
        title: 'Target return',
        description: 'Annual return as a fraction, for the target given.',
        minimum: -1,
        maximum: 10,
      },
    },
    required: ['target'],
    additionalProperties: false,
    examples: [{ target: 'grand-mean' }, { target: 'given', targetReturn: 0.06 }],
  },
  estimate(sample, { target, targetReturn }) {
    if ((target === 'given') !== (targetReturn !== undefined)) {
      const description = 'is to be stated with the target given, and with no other';
      refuse([{ field: 'targetReturn', description }]);
    }
    const least = target === 'given' ? 3 : 4;
    refuseSmaller(sample.universe.assets.length, least, 'james-stein');
    const series = meansAndPrecision(sample, 'james-stein', 1);
    const periods = sample.series?.periodsPerYear ?? 1;
    const shrunk = jamesStein(series, targetReturn === undefined ? undefined : targetReturn / periods);
    return shrunk.means.map((value) => value * periods);
  },
};
