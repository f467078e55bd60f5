import { sum } from '../math/vectors.ts';
import type { CovarianceEstimator, ReturnEstimator } from '../problem/estimator.ts';
import { refuseSmaller } from './gaps.ts';
import { meansAndPrecision, minimumVarianceMean, squaredDistance } from './mean-shrinkage.ts';
import type { MeansAndPrecision } from './mean-shrinkage.ts';

export type BayesSteinParameters = Record<string, never>;

export interface BayesStein {
  /** (n) per period. */
  readonly means: Float64Array;
  /** (n x n) per period: predictive, of the next return. */
  readonly covariance: Float64Array;
  /** w = lambda / (T + lambda), the weight of the target. */
  readonly intensity: number;
  /** Mean of the minimum variance portfolio, per period. */
  readonly target: number;
}

/**
 * Jorion (1986). m the sample means, Sigma = (T - 1) / (T - n - 2) S with S of divisor T - 1, m0 = 1' Sigma^-1 m / 1' Sigma^-1 1:
 * lambda = (n + 2) / ((m - m0 1)' Sigma^-1 (m - m0 1)), w = lambda / (T + lambda), means (1 - w) m + w m0 1, covariance
 * Sigma (1 + 1 / (T + lambda)) + lambda / (T (T + 1 + lambda)) 1 1' / (1' Sigma^-1 1). Equal means give lambda infinite: w = 1.
 * @param sample T >= n + 3.
 */
export function bayesStein(sample: MeansAndPrecision): BayesStein {
  const { size: n, observations: T, means, covariance, solve } = sample;
  const inflation = (T - 1) / (T - n - 2);
  const target = minimumVarianceMean(sample);
  const distance = squaredDistance(sample, target) / inflation;
  // In terms of 1 / lambda, which stays finite.
  const inverse = distance / (n + 2);
  const intensity = 1 / (T * inverse + 1);
  const sampling = 1 + inverse / (T * inverse + 1);
  const common = 1 / (T * ((T + 1) * inverse + 1));
  const leastVariance = inflation / sum(solve(new Float64Array(n).fill(1)));
  return {
    means: means.map((value) => (1 - intensity) * value + intensity * target),
    covariance: covariance.map((value) => inflation * value * sampling + common * leastVariance),
    intensity,
    target,
  };
}

const references = [
  'Jorion (1986), Bayes-Stein estimation for portfolio analysis, J. Financial and Quantitative Analysis 21(3)',
];

export const bayesSteinMean: ReturnEstimator<BayesSteinParameters> = {
  type: 'bayes-stein',
  estimates: 'expected-returns',
  title: 'Bayes-Stein mean',
  description:
    'Arithmetic mean of past simple returns times periods per year, drawn towards the mean return m0 of the minimum variance portfolio: (1 - w) m + w m0 with ' +
    "w = (n + 2) / (n + 2 + T (m - m0)' Sigma^-1 (m - m0)), Sigma = (T - 1) / (T - n - 2) times the sample covariance of divisor T - 1. " +
    'Needs returns without gaps, 3 assets and at least n + 3 returns. The covariance that goes with it is bayes-stein-covariance. Costs T n^2 + n^3 / 3 operations.',
  references,
  parameters: {
    type: 'object',
    title: 'Bayes-Stein mean',
    properties: {},
    additionalProperties: false,
    examples: [{}],
  },
  estimate(sample) {
    refuseSmaller(sample.universe.assets.length, 3, 'bayes-stein');
    const { means } = bayesStein(meansAndPrecision(sample, 'bayes-stein', 3));
    return means.map((value) => value * (sample.series?.periodsPerYear ?? 1));
  },
};

export const bayesSteinCovariance: CovarianceEstimator<BayesSteinParameters> = {
  type: 'bayes-stein-covariance',
  estimates: 'covariance',
  title: 'Bayes-Stein covariance',
  description:
    "Predictive covariance of the next return when means are estimated by bayes-stein, times periods per year: Sigma (1 + 1 / (T + l)) + l / (T (T + 1 + l)) 1 1' / (1' Sigma^-1 1), " +
    "l = (n + 2) / ((m - m0)' Sigma^-1 (m - m0)), Sigma = (T - 1) / (T - n - 2) times the sample covariance of divisor T - 1. Larger than the sample covariance by what is not known of it and of the means. " +
    'Needs returns without gaps, 3 assets and at least n + 3 returns. Costs T n^2 + n^3 / 3 operations.',
  references,
  parameters: {
    type: 'object',
    title: 'Bayes-Stein covariance',
    properties: {},
    additionalProperties: false,
    examples: [{}],
  },
  estimate(sample) {
    refuseSmaller(sample.universe.assets.length, 3, 'bayes-stein-covariance');
    const { covariance } = bayesStein(meansAndPrecision(sample, 'bayes-stein-covariance', 3));
    const entries = covariance.map((value) => value * (sample.series?.periodsPerYear ?? 1));
    return { covariance: { kind: 'dense', size: sample.universe.assets.length, entries }, repairs: [] };
  },
};
