import type { CovarianceEstimator } from '../problem/estimator.ts';
import { decayOf, decayProperties, decayWeights } from './decay.ts';
import type { DecayChoice } from './decay.ts';
import { definite, repairSchema } from './definiteness.ts';
import type { RepairChoice } from './definiteness.ts';
import { columnsOf, refuseShort, seriesOf, checkpointOf } from './sample.ts';
import { unshared } from './sample-covariance.ts';

type Centre = 'zero' | 'mean' | 'plain-mean';

export type EwmaParameters = DecayChoice & { readonly centre: Centre; readonly repair?: RepairChoice };

/**
 * P * sum_t v_t x_it x_jt / sum_t v_t with v_t = d^(age of t in periods), d = 2^(-1 / halfLife) or 1 - 2 / (span + 1);
 * x = r (centre zero), r less its mean under the same weights over the dates of the pair (centre mean), or r less the equally weighted
 * mean of its asset over all dates that the asset has (centre plain-mean, as PyPortfolioOpt). Pairs use the dates that they share.
 */
export const ewma: CovarianceEstimator<EwmaParameters> = {
  type: 'ewma',
  estimates: 'covariance',
  title: 'Exponentially weighted covariance',
  description:
    'Covariance of past simple returns with weights that fall by half every halfLife periods (or by the factor 1 - 2 / (span + 1) every period), times periods per year. ' +
    'centre zero takes the mean return as 0 (RiskMetrics), centre mean takes out the mean under the same weights, centre plain-mean the equally weighted mean of each asset. No correction for degrees of freedom.',
  references: [
    'J.P. Morgan/Reuters (1996), RiskMetrics Technical Document, 5.2',
    'PyPortfolioOpt, risk_models.exp_cov (centre plain-mean)',
  ],
  parameters: {
    type: 'object',
    title: 'Exponentially weighted covariance',
    properties: {
      centre: {
        type: 'string',
        title: 'Centre',
        description: 'Mean that deviations are taken from; there is no default.',
        enum: ['zero', 'mean', 'plain-mean'],
      },
      ...decayProperties,
      repair: repairSchema,
    },
    required: ['centre'],
    additionalProperties: false,
    examples: [
      { centre: 'zero', halfLife: 63 },
      { centre: 'mean', span: 180 },
    ],
  },
  estimate(sample, parameters) {
    const decay = decayOf(parameters);
    const series = seriesOf(sample, 'ewma');
    const given = columnsOf(series);
    refuseShort(sample, given, 2);
    const columns = parameters.centre === 'plain-mean' ? given.map(centred) : given;
    const n = columns.length;
    const checkpoint = checkpointOf(sample);
    const weights = decayWeights(decay, series.observations);
    const entries = new Float64Array(n * n);
    for (let i = 0; i < n; i += 1) {
      checkpoint(2 * i * series.observations);
      for (let j = 0; j <= i; j += 1) {
        const value = weightedCovariance(columns[i]!, columns[j]!, weights, parameters.centre);
        if (Number.isNaN(value)) throw unshared(sample.universe.assets[i]?.id, sample.universe.assets[j]?.id);
        entries[i * n + j] = value * series.periodsPerYear;
        entries[j * n + i] = entries[i * n + j]!;
      }
    }
    return definite(entries, sample.universe, parameters.repair ?? 'none', checkpoint);
  },
};

/** Less the mean of what is there. */
function centred(column: Float64Array): Float64Array {
  const present = column.filter((value) => !Number.isNaN(value));
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  return column.map((value) => value - mean);
}

/** NaN when fewer than two dates are shared. Weights are relative to the newest of them: a pair that ended long ago keeps its digits. */
function weightedCovariance(left: Float64Array, right: Float64Array, weights: Float64Array, centre: Centre): number {
  let count = 0;
  let total = 0;
  let leftSum = 0;
  let rightSum = 0;
  let newest = left.length - 1;
  while (newest >= 0 && Number.isNaN(left[newest]! + right[newest]!)) newest -= 1;
  const shift = left.length - 1 - newest;
  for (let t = 0; t < left.length; t += 1) {
    if (Number.isNaN(left[t]!) || Number.isNaN(right[t]!)) continue;
    count += 1;
    total += weights[t + shift]!;
    leftSum += weights[t + shift]! * left[t]!;
    rightSum += weights[t + shift]! * right[t]!;
  }
  const leftCentre = centre === 'mean' ? leftSum / total : 0;
  const rightCentre = centre === 'mean' ? rightSum / total : 0;
  let sum = 0;
  for (let t = 0; t < left.length; t += 1) {
    if (Number.isNaN(left[t]!) || Number.isNaN(right[t]!)) continue;
    sum += weights[t + shift]! * (left[t]! - leftCentre) * (right[t]! - rightCentre);
  }
  return count < 2 ? NaN : sum / total;
}
