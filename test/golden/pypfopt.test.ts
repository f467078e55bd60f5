import { expect } from 'chai';

import meanVariance from '../../plugins/mean-variance/index.ts';
import { historicalMean } from '../../src/estimation/historical-mean.ts';
import { sampleCovariance } from '../../src/estimation/sample-covariance.ts';
import { returnSeries } from '../../src/estimation/series.ts';
import { checkedStrategy } from '../../src/host/checked.ts';
import { dot, quadraticForm, sdkVersion } from '../../src/sdk/v1/index.ts';
import type { JsonObject, Lowered, Strategy } from '../../src/sdk/v1/index.ts';
import type { Setting } from '../../src/sdk/v1/testing/reference-task.ts';
import { runToEnd, SolverRegistry } from '../../src/solvers/registry.ts';
import { riskBudgeting } from '../../src/solvers/risk-budgeting/risk-budgeting.ts';
import { budgetRow, denseOperator, originOf, problemOf } from '../support/problems.ts';
import { stockIds as ids, stockPrices } from '../support/stock-prices.ts';
import published from './cases/pyportfolioopt-mean-variance.json' with { type: 'json' };
import type { PublishedLimits, PublishedMarket } from './markets.ts';
import { certifiedAnswer, settingOf } from './markets.ts';

const periodsPerYear = 252;
const n = ids.length;
const prices = stockPrices();
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

interface Published {
  readonly title: string;
  readonly strategy: string;
  readonly parameters: JsonObject;
  readonly riskFreeRate: number;
  readonly covariance: string;
  readonly limits: PublishedLimits;
  readonly expected: readonly number[];
  readonly tolerance: number;
  /** What the strategy is given in place of the covariance: covariance * C + ridge * I. */
  readonly seen?: { readonly covariance: number; readonly ridge: number };
  /** At most so much volatility by C itself. */
  readonly volatilityMax?: number;
  /** Paid per unit traded away from equal weights. */
  readonly tradingCost?: number;
  /** Means and variances of independent assets, in place of the stocks. */
  readonly own?: { readonly expectedReturns: readonly number[]; readonly variances: readonly number[] };
}

type Market = Required<Pick<PublishedMarket, 'expectedReturns' | 'covariance'>>;

function marketFor({ own, covariance }: Published): Market {
  if (own === undefined) return { expectedReturns, covariance: covariances[covariance] ?? [] };
  const diagonal = own.variances.map((variance, i) => own.variances.map((_, j) => (i === j ? variance : 0)));
  return { expectedReturns: own.expectedReturns, covariance: diagonal };
}

function settingFor(given: Published): Setting<JsonObject> {
  const { riskFreeRate, seen = { covariance: 1, ridge: 0 }, volatilityMax, tradingCost } = given;
  const market = marketFor(given);
  const covariance = market.covariance.map((row, i) =>
    row.map((value, j) => seen.covariance * value + (i === j ? seen.ridge : 0)),
  );
  const setting = settingOf({ ...market, covariance, riskFreeRate }, given.limits, given.parameters);
  const size = covariance.length;
  const added: Lowered[] = [];
  if (volatilityMax !== undefined)
    added.push({
      norms: [{ operator: denseOperator(market.covariance), bound: volatilityMax, origin: originOf('volatility') }],
    });
  if (tradingCost !== undefined) {
    const centre = new Float64Array(size).fill(1 / size);
    const rate = new Float64Array(size).fill(1);
    // The strategy minimizes half of what the library does.
    const penalty = tradingCost / 2;
    added.push({
      tradeLimits: [{ centre, buyRate: rate, sellRate: rate, bound: 0, penalty, origin: originOf('trading') }],
    });
  }
  return { ...setting, restrictions: [...setting.restrictions, ...added] };
}

function expectFigures(
  { expectedReturns: means, covariance }: Market,
  weights: Float64Array,
  expected: readonly number[],
  tolerance: number,
): void {
  const annualReturn = dot(Float64Array.from(means), weights);
  const volatility = Math.sqrt(quadraticForm(denseOperator(covariance), weights));
  const figures = [annualReturn, volatility, (annualReturn - published.reportedRiskFreeRate) / volatility];
  const names = ['return', 'volatility', 'Sharpe ratio'];
  expected.forEach((value, k) => expect(figures[k], names[k]).to.be.closeTo(value, tolerance * Math.abs(value)));
}

describe('the mean-variance strategies on the sample market agree with PyPortfolioOpt', () => {
  const strategies = new Map<string, Strategy>();
  before(async () => {
    const { strategies: contributed = [] } = await meanVariance.activate({ sdkVersion, log: () => undefined }, {});
    for (const strategy of contributed) strategies.set(strategy.id, checkedStrategy(strategy));
  });

  for (const given of published.cases as readonly Published[]) {
    it(given.title, async () => {
      const strategy = strategies.get(given.strategy);
      if (strategy === undefined) throw new Error(`no strategy ${given.strategy}`);
      const { weights } = (await certifiedAnswer(strategy, settingFor(given))).solution;
      expectFigures(marketFor(given), weights, given.expected, given.tolerance);
    });
  }

  it('least variance less logarithms of the weights, a problem of its own', () => {
    const { weight, expected, tolerance } = published.logarithmicBarrier;
    const covariance = covariances['sample'] ?? [];
    const quadratics = [{ scale: 2, operator: denseOperator(covariance) }];
    const objective = { quadratics, logarithms: new Float64Array(n).fill(weight) };
    const problem = problemOf(n, objective, { rows: [budgetRow(n)], lower: 0 });
    const solution = runToEnd(new SolverRegistry([riskBudgeting]).solve(problem));
    expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
    expectFigures({ expectedReturns, covariance }, solution.weights, expected, tolerance);
  });

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
