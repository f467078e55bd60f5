import type { CovarianceEstimator } from '../problem/estimator.ts';
import { completeColumnsOf } from './gaps.ts';
import { moments } from './shrinkage.ts';
import type { Moments } from './shrinkage.ts';

export type OracleApproximatingParameters = { readonly formula?: 'chen-2010' | 'scikit-learn' };

export interface OracleApproximating {
  /** (n x n) per period. */
  readonly covariance: Float64Array;
  /** Weight of the target, 0 to 1. */
  readonly intensity: number;
}

/**
 * rho F + (1 - rho) S, S of divisor T, F = tr(S) / n I.
 * chen-2010, equation (23) of the paper: rho = min(1, ((1 - 2 / n) tr(S^2) + tr(S)^2) / ((T + 1 - 2 / n) (tr(S^2) - tr(S)^2 / n))).
 * scikit-learn leaves out both 2 / n: rho = min(1, (tr(S^2) + tr(S)^2) / ((T + 1) (tr(S^2) - tr(S)^2 / n))).
 */
export function oracleApproximating(
  { size: n, observations: T, covariance }: Pick<Moments, 'size' | 'observations' | 'covariance'>,
  formula: 'chen-2010' | 'scikit-learn',
): OracleApproximating {
  let trace = 0;
  for (let i = 0; i < n; i += 1) trace += covariance[i * n + i]!;
  const squares = covariance.reduce((sum, value) => sum + value * value, 0);
  const correction = formula === 'chen-2010' ? 2 / n : 0;
  const numerator = (1 - correction) * squares + trace ** 2;
  const denominator = (T + 1 - correction) * (squares - trace ** 2 / n);
  // A sample that is a multiple of the identity is its own target.
  const intensity = denominator > 0 ? Math.min(1, Math.max(0, numerator / denominator)) : 1;
  const shrunk = covariance.map((value, index) => {
    const target = index % (n + 1) === 0 ? trace / n : 0;
    return intensity * target + (1 - intensity) * value;
  });
  return { covariance: shrunk, intensity };
}

export const oracleApproximatingCovariance: CovarianceEstimator<OracleApproximatingParameters> = {
  type: 'oracle-approximating',
  estimates: 'covariance',
  title: 'Oracle approximating shrinkage (OAS)',
  description:
    'Sample covariance S (divisor T) drawn towards the mean variance times the identity, with the intensity that is best for normal returns, times periods per year. ' +
    'formula chen-2010 (default) is that of the paper, ((1 - 2/n) tr(S^2) + tr(S)^2) / ((T + 1 - 2/n) (tr(S^2) - tr(S)^2 / n)); formula scikit-learn leaves out both 2/n, as that library and PyPortfolioOpt do. ' +
    'Needs returns without gaps. Costs T n^2 operations.',
  references: [
    'Chen, Wiesel, Eldar and Hero (2010), Shrinkage algorithms for MMSE covariance estimation, IEEE Trans. Signal Processing 58(10), equation (23)',
  ],
  parameters: {
    type: 'object',
    title: 'Oracle approximating shrinkage (OAS)',
    properties: {
      formula: {
        type: 'string',
        title: 'Formula',
        description: 'Of the intensity: chen-2010 as in the paper, scikit-learn without its terms 2/n.',
        enum: ['chen-2010', 'scikit-learn'],
        default: 'chen-2010',
      },
    },
    additionalProperties: false,
    examples: [{}, { formula: 'scikit-learn' }],
  },
  estimate(sample, { formula }) {
    const columns = completeColumnsOf(sample, 'oracle-approximating');
    const periods = sample.series?.periodsPerYear ?? 1;
    const entries = oracleApproximating(moments(columns, sample.checkpoint), formula ?? 'chen-2010').covariance.map(
      (value) => value * periods,
    );
    return { covariance: { kind: 'dense', size: columns.length, entries }, repairs: [] };
  },
};
