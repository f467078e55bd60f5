import type { CovarianceEstimator } from '../problem/estimator.ts';
import { refuse } from '../values/fault.ts';
import { definite, repairSchema } from './definiteness.ts';
import type { RepairChoice } from './definiteness.ts';
import { columnsOf, refuseShort, seriesOf } from './sample.ts';
import { unshared } from './sample-covariance.ts';

export type EwmaParameters = {
  readonly centre: 'zero' | 'mean';
  readonly halfLife?: number;
  readonly span?: number;
  readonly repair?: RepairChoice;
};

/**
 * P * sum_t v_t x_it x_jt / sum_t v_t with v_t = d^(age of t in periods), d = 2^(-1 / halfLife) or 1 - 2 / (span + 1);
 * x = r (centre zero) or r less its mean under the same weights (centre mean). Pairs use the dates that they share.
 */
export const ewma: CovarianceEstimator<EwmaParameters> = {
  type: 'ewma',
  estimates: 'covariance',
  title: 'Exponentially weighted covariance',
  description:
    'Covariance of past simple returns with weights that fall by half every halfLife periods (or by the factor 1 - 2 / (span + 1) every period), times periods per year. ' +
    'centre zero takes the mean return as 0 (RiskMetrics), centre mean takes out the mean under the same weights. No correction for degrees of freedom.',
  references: ['J.P. Morgan/Reuters (1996), RiskMetrics Technical Document, 5.2'],
  parameters: {
    type: 'object',
    title: 'Exponentially weighted covariance',
    properties: {
      centre: {
        type: 'string',
        title: 'Centre',
        description: 'Mean that deviations are taken from; there is no default.',
        enum: ['zero', 'mean'],
      },
      halfLife: {
        type: 'number',
        title: 'Half-life',
        description: 'Periods after which a return counts half.',
        exclusiveMinimum: 0,
      },
      span: {
        type: 'number',
        title: 'Span',
        description: 'Periods, decay 1 - 2 / (span + 1). Give this or halfLife.',
        exclusiveMinimum: 1,
      },
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
    const columns = columnsOf(series);
    refuseShort(sample, columns, 2);
    const n = columns.length;
    const weights = Float64Array.from(
      { length: series.observations },
      (_, t) => decay ** (series.observations - 1 - t),
    );
    const entries = new Float64Array(n * n);
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j <= i; j += 1) {
        const value = weightedCovariance(columns[i]!, columns[j]!, weights, parameters.centre);
        if (Number.isNaN(value)) throw unshared(sample.universe.assets[i]?.id, sample.universe.assets[j]?.id);
        entries[i * n + j] = value * series.periodsPerYear;
        entries[j * n + i] = entries[i * n + j]!;
      }
    }
    return definite(entries, sample.universe, parameters.repair ?? 'none');
  },
};

function decayOf({ halfLife, span }: EwmaParameters): number {
  const both = (halfLife === undefined) === (span === undefined);
  if (both) refuse([{ field: 'halfLife', description: 'give either halfLife or span', reason: 'UNIT_REQUIRED' }]);
  const decay = halfLife === undefined ? 1 - 2 / ((span ?? NaN) + 1) : 2 ** (-1 / halfLife);
  const field = halfLife === undefined ? 'span' : 'halfLife';
  if (!(decay > 0 && decay < 1))
    refuse([{ field, description: 'must give a decay between 0 and 1', reason: 'NUMBER_INVALID' }]);
  return decay;
}

/** NaN when fewer than two dates are shared. */
function weightedCovariance(
  left: Float64Array,
  right: Float64Array,
  weights: Float64Array,
  centre: 'zero' | 'mean',
): number {
  let count = 0;
  let total = 0;
  let leftSum = 0;
  let rightSum = 0;
  for (let t = 0; t < left.length; t += 1) {
    if (Number.isNaN(left[t]!) || Number.isNaN(right[t]!)) continue;
    count += 1;
    total += weights[t]!;
    leftSum += weights[t]! * left[t]!;
    rightSum += weights[t]! * right[t]!;
  }
  const leftCentre = centre === 'zero' ? 0 : leftSum / total;
  const rightCentre = centre === 'zero' ? 0 : rightSum / total;
  let sum = 0;
  for (let t = 0; t < left.length; t += 1) {
    if (Number.isNaN(left[t]!) || Number.isNaN(right[t]!)) continue;
    sum += weights[t]! * (left[t]! - leftCentre) * (right[t]! - rightCentre);
  }
  return count < 2 ? NaN : sum / total;
}
