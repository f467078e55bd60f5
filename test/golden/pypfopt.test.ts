import { readFileSync } from 'node:fs';
import { expect } from 'chai';

import meanVariance from '../../plugins/mean-variance/index.ts';
import { historicalMean } from '../../src/estimation/historical-mean.ts';
import { sampleCovariance } from '../../src/estimation/sample-covariance.ts';
import { returnSeries } from '../../src/estimation/series.ts';
import { checkedStrategy } from '../../src/host/checked.ts';
import { dot, quadraticForm, sdkVersion } from '../../src/sdk/v1/index.ts';
import type { JsonObject, Strategy } from '../../src/sdk/v1/index.ts';
import published from './cases/pyportfolioopt-mean-variance.json' with { type: 'json' };
import { certifiedAnswer, settingOf } from './markets.ts';

const periodsPerYear = 252;
const [header = '', ...lines] = readFileSync(
  new URL('../../examples/market/us-stocks-20/prices.csv', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n');
const ids = header.split(',').slice(1);
const n = ids.length;
const price = (text: string): number => (text.trim() === '' ? NaN : Number(text));
const prices = Float64Array.from(lines.flatMap((line) => line.split(',').slice(1).map(price)));
const { series } = returnSeries({ assets: ids, prices, periodsPerYear }, 'pairwise');
const sample = { universe: { assets: ids.map((id) => ({ id, groups: {} })) }, series, riskFreeRate: 0 };

/** risk_models.exp_cov: products of deviations from the plain means, weighted by (1 - 2 / (span + 1))^age, pairwise complete. */
function exponentialCovariance(span: number): number[][] {
  const decay = 1 - 2 / (span + 1);
  const columns = ids.map((_, i) => {
    const column = Float64Array.from({ length: series.observations }, (__, t) => series.returns[t * n + i]!);
    const present = column.filter((value) => !Number.isNaN(value));
    const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
    return column.map((value) => value - mean);
  });
  const weighted = (a: Float64Array, b: Float64Array): number => {
    let [total, weights, weight] = [0, 0, 1];
    for (let t = a.length - 1; t >= 0; t--, weight *= decay) {
      const product = a[t]! * b[t]!;
      if (Number.isNaN(product)) continue;
      total += weight * product;
      weights += weight;
    }
    return (total / weights) * periodsPerYear;
  };
  return columns.map((a) => columns.map((b) => weighted(a, b)));
}

function sampleEntries(): number[][] {
  const { covariance } = sampleCovariance.estimate(sample, {});
  if (covariance.kind !== 'dense') throw new Error('a sample covariance is dense');
  const { entries } = covariance;
  return ids.map((_, i) => [...entries.subarray(i * n, (i + 1) * n)]);
}

const covariances: Readonly<Record<string, number[][]>> = {
  sample: sampleEntries(),
  exponential: exponentialCovariance(180),
};
const expectedReturns = [...historicalMean.estimate(sample, { method: 'compound' })];

describe('the mean-variance strategies on the sample market agree with PyPortfolioOpt', () => {
  const strategies = new Map<string, Strategy>();
  before(async () => {
    const { strategies: contributed = [] } = await meanVariance.activate({ sdkVersion, log: () => undefined }, {});
    for (const strategy of contributed) strategies.set(strategy.id, checkedStrategy(strategy));
  });

  for (const {
    title,
    strategy: id,
    parameters,
    riskFreeRate,
    covariance,
    limits,
    expected,
    tolerance,
  } of published.cases) {
    it(title, async () => {
      const strategy = strategies.get(id);
      if (strategy === undefined) throw new Error(`no strategy ${id}`);
      const market = { expectedReturns, covariance: covariances[covariance] ?? [], riskFreeRate, ids };
      const setting = settingOf<JsonObject>(market, limits, parameters);
      const { weights } = (await certifiedAnswer(strategy, setting)).solution;
      const annualReturn = dot(Float64Array.from(expectedReturns), weights);
      const volatility = Math.sqrt(quadraticForm(setting.estimates.covariance!, weights));
      const sharpe = (annualReturn - published.reportedRiskFreeRate) / volatility;
      for (const [position, figure] of [annualReturn, volatility, sharpe].entries()) {
        const value = expected[position] ?? NaN;
        expect(figure, ['return', 'volatility', 'Sharpe ratio'][position] ?? '').to.be.closeTo(
          value,
          tolerance * Math.abs(value),
        );
      }
    });
  }

  it('maximum Sharpe ratio with explicit bounds on stocks keeps them: 15 % in the third, at most 10 % in the fourth and fifth', async () => {
    // tests/test_efficient_frontier.py, test_max_sharpe_explicit_bound.
    const unit = (positions: readonly number[]): number[] => ids.map((_, i) => (positions.includes(i) ? 1 : 0));
    const rows = [
      { coefficients: unit([0]), lower: 0.2 },
      { coefficients: unit([2]), lower: 0.15, upper: 0.15 },
      { coefficients: unit([3, 4]), upper: 0.1 },
    ];
    const strategy = strategies.get('maximum-sharpe');
    if (strategy === undefined) throw new Error('no strategy maximum-sharpe');
    const market = { expectedReturns, covariance: covariances['sample'] ?? [], riskFreeRate: 0.02, ids };
    const { weights } = (
      await certifiedAnswer(strategy, settingOf<JsonObject>(market, { lower: 0, upper: 1, rows }, {}))
    ).solution;
    expect(weights[0]).to.be.at.least(0.2 - 1e-9);
    expect(weights[2]).to.be.closeTo(0.15, 1e-7);
    expect(weights[3]! + weights[4]!).to.be.at.most(0.1 + 1e-9);
  });
});
