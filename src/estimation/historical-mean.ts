import type { ReturnEstimator } from '../problem/estimator.ts';
import { columnsOf, refuseShort, seriesOf } from './sample.ts';

export type HistoricalMeanParameters = { readonly method: 'arithmetic' | 'compound' };

/**
 * Annual mean return of each asset over its own observations (count T_i, P periods a year):
 * arithmetic P * mean(r_t); compound prod(1 + r_t)^(P / T_i) - 1, the geometric growth rate.
 */
export const historicalMean: ReturnEstimator<HistoricalMeanParameters> = {
  type: 'historical-mean',
  estimates: 'expected-returns',
  title: 'Historical mean',
  description:
    'Mean of past simple returns per year, each asset over its own observations. arithmetic: mean times periods per year, the expectation that mean-variance theory asks for. ' +
    'compound: the annual growth rate (CAGR), lower by about half the variance.',
  references: [
    'Meucci (2005), Risk and Asset Allocation, 3.2',
    'PyPortfolioOpt, expected_returns.mean_historical_return (compound)',
  ],
  parameters: {
    type: 'object',
    title: 'Historical mean',
    properties: {
      method: {
        type: 'string',
        title: 'Method',
        description: 'arithmetic or compound; there is no default, because the two differ by half the variance.',
        enum: ['arithmetic', 'compound'],
      },
    },
    required: ['method'],
    additionalProperties: false,
    examples: [{ method: 'arithmetic' }],
  },
  estimate(sample, { method }) {
    const series = seriesOf(sample, 'historical-mean');
    const columns = columnsOf(series);
    refuseShort(sample, columns, 1);
    const annualize = method === 'arithmetic' ? arithmeticMean : compoundMean;
    return Float64Array.from(columns, (column) => annualize(column, series.periodsPerYear));
  },
};

function arithmeticMean(returns: Float64Array, periodsPerYear: number): number {
  const present = returns.filter((value) => !Number.isNaN(value));
  return (present.reduce((sum, value) => sum + value, 0) / present.length) * periodsPerYear;
}

function compoundMean(returns: Float64Array, periodsPerYear: number): number {
  const present = returns.filter((value) => !Number.isNaN(value));
  // By logarithms: small returns keep their digits.
  const growth = present.reduce((sum, value) => sum + Math.log1p(value), 0);
  return Math.expm1((growth / present.length) * periodsPerYear);
}
