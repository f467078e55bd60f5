import type { ReturnEstimator } from '../problem/estimator.ts';
import { decayOf, decayProperties, decayWeights } from './decay.ts';
import type { DecayChoice } from './decay.ts';
import { columnsOf, refuseShort, seriesOf } from './sample.ts';

export type EwmaMeanParameters = DecayChoice & { readonly method: 'arithmetic' | 'compound' };

/**
 * Annual mean return under weights v_t = d^(age of t in periods), each asset over its own dates, P periods a year:
 * arithmetic P * sum_t v_t r_t / sum_t v_t; compound exp(P * sum_t v_t log(1 + r_t) / sum_t v_t) - 1, the weighted growth rate.
 */
export const ewmaMean: ReturnEstimator<EwmaMeanParameters> = {
  type: 'ewma-mean',
  estimates: 'expected-returns',
  title: 'Exponentially weighted mean',
  description:
    'Mean of past simple returns per year with weights that fall by half every halfLife periods (or by the factor 1 - 2 / (span + 1) every period), each asset over its own dates. ' +
    'arithmetic: weighted mean times periods per year, the expectation that mean-variance theory asks for. compound: the annual growth rate under the same weights, lower by about half the variance.',
  references: [
    'J.P. Morgan/Reuters (1996), RiskMetrics Technical Document, 5.2',
    'PyPortfolioOpt, expected_returns.ema_historical_return with compounding off (arithmetic)',
  ],
  parameters: {
    type: 'object',
    title: 'Exponentially weighted mean',
    properties: {
      method: {
        type: 'string',
        title: 'Method',
        description: 'arithmetic or compound; there is no default, because the two differ by half the variance.',
        enum: ['arithmetic', 'compound'],
      },
      ...decayProperties,
    },
    required: ['method'],
    additionalProperties: false,
    examples: [
      { method: 'arithmetic', halfLife: 126 },
      { method: 'compound', span: 500 },
    ],
  },
  estimate(sample, parameters) {
    const decay = decayOf(parameters);
    const series = seriesOf(sample, 'ewma-mean');
    const columns = columnsOf(series);
    refuseShort(sample, columns, 1);
    const weights = decayWeights(decay, series.observations);
    const periods = series.periodsPerYear;
    return Float64Array.from(columns, (column) =>
      parameters.method === 'arithmetic'
        ? periods * weightedMean(column, weights)
        : Math.expm1(periods * weightedMean(column.map(Math.log1p), weights)),
    );
  },
};

/** Over the dates that are there. Weights are relative to the newest of them, so that an asset that ended long ago keeps its digits. */
function weightedMean(values: Float64Array, weights: Float64Array): number {
  let newest = values.length - 1;
  while (Number.isNaN(values[newest]!)) newest -= 1;
  const shift = values.length - 1 - newest;
  let [total, sum] = [0, 0];
  for (let t = 0; t <= newest; t += 1) {
    if (Number.isNaN(values[t]!)) continue;
    const weight = weights[t + shift]!;
    total += weight;
    sum += weight * values[t]!;
  }
  return sum / total;
}
