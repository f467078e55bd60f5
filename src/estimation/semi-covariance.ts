import type { CovarianceEstimator, Sample } from '../problem/estimator.ts';
import { refuse } from '../values/fault.ts';
import { definite, repairSchema } from './definiteness.ts';
import type { RepairChoice } from './definiteness.ts';
import { columnsOf, refuseShort, seriesOf, checkpointOf } from './sample.ts';
import { unshared } from './sample-covariance.ts';

export type SemiCovarianceParameters = {
  readonly threshold: 'zero' | 'mean' | 'risk-free' | 'given';
  readonly thresholdReturn?: number;
  readonly repair?: RepairChoice;
};

/**
 * P / T * sum_t min(r_it - B, 0) min(r_jt - B, 0), B the threshold per period: 0; the mean of each asset; or (1 + b)^(1 / P) - 1 for an
 * annual return b, the risk-free rate or one given. Complete series give a semidefinite matrix; with missing returns each pair divides by
 * the dates that it shares.
 */
export const semiCovariance: CovarianceEstimator<SemiCovarianceParameters> = {
  type: 'semi-covariance',
  estimates: 'covariance',
  title: 'Semi-covariance',
  description:
    "Covariance of shortfalls below a threshold: mean of min(r_i - B, 0) min(r_j - B, 0) over all dates (divisor T, not the dates with a shortfall), times periods per year. Estrada's exogenous form: it does not depend on the portfolio. " +
    'Threshold zero; mean (of each asset); risk-free (the risk-free rate of the request, per period by compounding); given (an annual return, per period by compounding). ' +
    'With missing returns each pair uses the dates that it shares. Costs T n^2 operations.',
  references: [
    'Estrada (2008), Mean-semivariance optimization: a heuristic approach, J. Applied Finance 18(1)',
    'PyPortfolioOpt, risk_models.semicovariance',
  ],
  parameters: {
    type: 'object',
    title: 'Semi-covariance',
    properties: {
      threshold: {
        type: 'string',
        title: 'Threshold',
        description: 'What a return must fall below to count; there is no default.',
        enum: ['zero', 'mean', 'risk-free', 'given'],
      },
      thresholdReturn: {
        type: 'number',
        title: 'Threshold return',
        description: 'Annual return as a fraction, for the threshold given; per period (1 + it)^(1 / periods) - 1.',
        exclusiveMinimum: -1,
        maximum: 10,
      },
      repair: repairSchema,
    },
    required: ['threshold'],
    additionalProperties: false,
    examples: [{ threshold: 'zero' }, { threshold: 'given', thresholdReturn: 0.02 }],
  },
  estimate(sample, parameters) {
    const { threshold, thresholdReturn } = parameters;
    if ((threshold === 'given') !== (thresholdReturn !== undefined)) {
      const description = 'is to be stated with the threshold given, and with no other';
      refuse([{ field: 'thresholdReturn', description }]);
    }
    const series = seriesOf(sample, 'semi-covariance');
    const columns = columnsOf(series);
    refuseShort(sample, columns, 2);
    const shortfalls = columns.map((column) => {
      const level = levelOf(column, parameters, sample, series.periodsPerYear);
      return column.map((value) => (Number.isNaN(value) ? NaN : Math.min(value - level, 0)));
    });
    const n = columns.length;
    const checkpoint = checkpointOf(sample);
    const entries = new Float64Array(n * n);
    for (let i = 0; i < n; i += 1) {
      checkpoint(2 * i * series.observations);
      for (let j = 0; j <= i; j += 1) {
        const value = sharedMean(shortfalls[i]!, shortfalls[j]!);
        if (Number.isNaN(value)) throw unshared(sample.universe.assets[i]?.id, sample.universe.assets[j]?.id);
        entries[i * n + j] = value * series.periodsPerYear;
        entries[j * n + i] = entries[i * n + j]!;
      }
    }
    return definite(entries, sample.universe, parameters.repair ?? 'none', checkpoint);
  },
};

function levelOf(
  column: Float64Array,
  { threshold, thresholdReturn }: SemiCovarianceParameters,
  { riskFreeRate }: Sample,
  periods: number,
): number {
  if (threshold === 'zero') return 0;
  if (threshold === 'mean') {
    const present = column.filter((value) => !Number.isNaN(value));
    return present.reduce((sum, value) => sum + value, 0) / present.length;
  }
  const annual = threshold === 'given' ? (thresholdReturn ?? 0) : riskFreeRate;
  return (1 + annual) ** (1 / periods) - 1;
}

/** NaN when fewer than two dates are shared. */
function sharedMean(left: Float64Array, right: Float64Array): number {
  let count = 0;
  let sum = 0;
  for (let t = 0; t < left.length; t += 1) {
    const value = left[t]! * right[t]!;
    if (Number.isNaN(value)) continue;
    count += 1;
    sum += value;
  }
  return count < 2 ? NaN : sum / count;
}
