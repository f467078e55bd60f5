import type { ReturnEstimator } from '../problem/estimator.ts';
import { Fault } from '../values/fault.ts';
import { columnsOf, marketWeightsOf, movementMin, refuseShort, seriesOf } from './sample.ts';

export type CapmParameters = { readonly marketPremium?: number };

/**
 * mu_i = r_f + beta_i * premium, beta_i = cov(r_i, r_m) / var(r_m) over the dates that i has, r_m the return of the market weights
 * (rescaled over the assets present at each date). premium is annual: given, or the arithmetic mean of r_m per year less r_f.
 */
export const capm: ReturnEstimator<CapmParameters> = {
  type: 'capm',
  estimates: 'expected-returns',
  title: 'Capital asset pricing model',
  description:
    'Risk-free rate plus beta times the market premium. Beta by regression of past returns on the return of the market weights; premium per year as given, or the historical arithmetic mean of the market less the risk-free rate.',
  references: ['Sharpe (1964), Capital Asset Prices: A Theory of Market Equilibrium under Conditions of Risk'],
  parameters: {
    type: 'object',
    title: 'Capital asset pricing model',
    properties: {
      marketPremium: {
        type: 'number',
        title: 'Market premium',
        description:
          'Expected annual return of the market less the risk-free rate, as a fraction. Absent: the historical one.',
        minimum: -1,
        maximum: 1,
      },
    },
    additionalProperties: false,
    examples: [{ marketPremium: 0.05 }, {}],
  },
  estimate(sample, { marketPremium }) {
    const series = seriesOf(sample, 'capm');
    const columns = columnsOf(series);
    refuseShort(sample, columns, 2);
    const market = marketReturns(columns, marketWeightsOf(sample, 'capm'));
    const historical =
      mean(market.filter((value) => !Number.isNaN(value))) * series.periodsPerYear - sample.riskFreeRate;
    const premium = marketPremium ?? historical;
    return Float64Array.from(columns, (column) => sample.riskFreeRate + betaOf(column, market) * premium);
  },
};

/** (T) return of the market weights, rescaled over the assets present; NaN where none is. */
function marketReturns(columns: readonly Float64Array[], weights: Float64Array): Float64Array {
  const observations = columns[0]?.length ?? 0;
  return Float64Array.from({ length: observations }, (_, t) => {
    let total = 0;
    let present = 0;
    for (const [i, column] of columns.entries()) {
      if (Number.isNaN(column[t]!)) continue;
      total += weights[i]! * column[t]!;
      present += weights[i]!;
    }
    return present > 0 ? total / present : NaN;
  });
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function betaOf(asset: Float64Array, market: Float64Array): number {
  const shared = [...asset.keys()].filter((t) => !Number.isNaN(asset[t]!) && !Number.isNaN(market[t]!));
  const own = Float64Array.from(shared, (t) => asset[t]!);
  const index = Float64Array.from(shared, (t) => market[t]!);
  const [ownMean, indexMean] = [mean(own), mean(index)];
  const covariance = own.reduce((sum, value, t) => sum + (value - ownMean) * (index[t]! - indexMean), 0);
  const variance = index.reduce((sum, value) => sum + (value - indexMean) ** 2, 0);
  const largest = index.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!(variance > index.length * (movementMin * largest) ** 2))
    throw new Fault(
      'INSUFFICIENT_HISTORY',
      'the market did not move over the history, so that no beta can be estimated',
    );
  return covariance / variance;
}
