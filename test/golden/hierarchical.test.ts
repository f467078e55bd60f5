import { expect } from 'chai';

import { clustersAt, leavesOf, linkages, mergesOf } from '../../plugins/hierarchical/clustering.ts';
import { hierarchicalEqualRisk } from '../../plugins/hierarchical/hierarchical-equal-risk.ts';
import { bisected, hierarchicalRiskParity } from '../../plugins/hierarchical/hierarchical-risk-parity.ts';
import { nestedClustered } from '../../plugins/hierarchical/nested-clustered.ts';
import { maximumSharpe } from '../../plugins/mean-variance/maximum-sharpe.ts';
import { minimumVariance } from '../../plugins/mean-variance/minimum-variance.ts';
import { historicalMean } from '../../src/estimation/historical-mean.ts';
import { ledoitWolf } from '../../src/estimation/ledoit-wolf.ts';
import { sampleCovariance } from '../../src/estimation/sample-covariance.ts';
import { returnSeries } from '../../src/estimation/series.ts';
import { denseEntries, dot, quadraticForm } from '../../src/sdk/v1/index.ts';
import type { Scenarios } from '../../src/sdk/v1/index.ts';
import { stockIds as ids, stockPrices } from '../support/stock-prices.ts';
import golden from './cases/hierarchical.json' with { type: 'json' };
import { certifiedAnswer, expectWeights, settingOf } from './markets.ts';

const longOnly = { lower: 0 };
const asListed = { arrangement: 'as-listed' as const };

function rowsOf(entries: Float64Array, n: number): number[][] {
  return Array.from({ length: n }, (_, i) => [...entries.subarray(i * n, (i + 1) * n)]);
}

describe('hierarchical risk parity as published', () => {
  const { covariance, order, linkage, weights, printedPercent } = golden.lopezDePrado;

  it('gives the tree and the weights of Lopez de Prado (2016)', async () => {
    const answer = await certifiedAnswer(hierarchicalRiskParity, settingOf({ covariance }, longOnly, asListed));
    expectWeights(answer.solution.weights, weights, 1e-9);
    expectWeights(
      answer.solution.weights,
      printedPercent.map((percent) => percent / 100),
      0.5001e-4,
    );
    expect(answer.report?.['order']).to.deep.equal(order.map((place) => `a${place}`));
    const found = answer.report?.['linkage'] as number[][];
    expect(found).to.have.length(linkage.length);
    for (const [k, merge] of linkage.entries()) expectWeights(Float64Array.from(found[k]!), merge, 1e-12);
    expect(answer.report?.['moved']).to.be.below(1e-9);
  });

  it('gives the portfolios that the paper compares it with: inverse variance, which is a single cluster, and least variance', async () => {
    const {
      inverseVariance,
      inverseVariancePercent,
      minimumVariance: least,
      minimumVariancePercent,
    } = golden.lopezDePrado;
    const single = { clusters: 1, measure: 'variance' as const };
    const one = await certifiedAnswer(hierarchicalEqualRisk, settingOf({ covariance }, longOnly, single));
    expectWeights(one.solution.weights, inverseVariance, 1e-9);
    expectWeights(
      one.solution.weights,
      inverseVariancePercent.map((percent) => percent / 100),
      0.5001e-4,
    );
    const two = await certifiedAnswer(minimumVariance, settingOf({ covariance }, longOnly, {}));
    expectWeights(two.solution.weights, least, 1e-6);
    expectWeights(
      two.solution.weights,
      minimumVariancePercent.map((percent) => percent / 100),
      0.5001e-4,
    );
  });

  it('gives the tree of the distances themselves', async () => {
    const parameters = { ...asListed, distance: 'correlation' as const };
    const { report } = await certifiedAnswer(hierarchicalRiskParity, settingOf({ covariance }, longOnly, parameters));
    const found = report?.['linkage'] as number[][];
    for (const [k, merge] of golden.lopezDePrado.linkageOfCorrelationDistances.entries())
      expectWeights(Float64Array.from(found[k]!), merge, 1e-12);
  });
});

describe('hierarchical risk parity of the sample market agrees with PyPortfolioOpt', () => {
  const n = ids.length;
  const { series } = returnSeries({ assets: ids, prices: stockPrices(), periodsPerYear: 252 }, 'pairwise');
  const sample = { universe: { assets: ids.map((id) => ({ id, groups: {} })) }, series, riskFreeRate: 0 };
  const parameters = { ...asListed, distance: 'correlation' as const };

  /** sqrt((1 - rho) / 2) with rho of two stocks over the dates that both have, whose own variances are those of these dates. */
  function pairwiseDistances(): Float64Array {
    const days = Array.from({ length: series.observations }, (_, t) => series.returns.subarray(t * n, (t + 1) * n));
    const correlation = (i: number, j: number): number => {
      const common = days.filter((day) => !Number.isNaN(day[i]! + day[j]!));
      const mean = (k: number): number => common.reduce((sum, day) => sum + day[k]!, 0) / common.length;
      const [a, b] = [mean(i), mean(j)];
      const product = (k: number, l: number, c: number, d: number): number =>
        common.reduce((sum, day) => sum + (day[k]! - c) * (day[l]! - d), 0);
      return product(i, j, a, b) / Math.sqrt(product(i, i, a, a) * product(j, j, b, b));
    };
    const distances = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < i; j++) distances[i * n + j] = distances[j * n + i] = Math.sqrt((1 - correlation(i, j)) / 2);
    return distances;
  }

  it('in its weights, return, volatility and Sharpe ratio, where a correlation is that of the common dates', () => {
    const means = historicalMean.estimate(sample, { method: 'arithmetic' });
    const { covariance } = sampleCovariance.estimate(sample, {});
    const merges = mergesOf(pairwiseDistances(), n, 'single');
    const positions = [...ids.keys()];
    const { weights } = bisected({ positions, merges, covariance: denseEntries(covariance) }, 1);
    const published: Readonly<Record<string, number>> = golden.pyPortfolioOpt.weights;
    expectWeights(
      weights,
      ids.map((id) => published[id]!),
      1e-9,
    );
    const annual = [dot(means, weights), Math.sqrt(quadraticForm(covariance, weights))] as const;
    const figures = [...annual, (annual[0] - 0.02) / annual[1]];
    for (const [i, figure] of golden.pyPortfolioOpt.performance.entries())
      expect(figures[i], ['return', 'volatility', 'Sharpe ratio'][i]).to.be.closeTo(figure, 1e-8);
  });

  it('in its volatility under a shrunk covariance, where missing returns count as zero', async () => {
    const returns = series.returns.map((value) => (Number.isNaN(value) ? 0 : value));
    const filled = { ...sample, series: { ...series, returns } };
    const { covariance } = ledoitWolf.estimate(filled, { target: 'constant-variance' });
    const setting = settingOf({ covariance: rowsOf(denseEntries(covariance), n), ids }, longOnly, parameters);
    const { weights } = (await certifiedAnswer(hierarchicalRiskParity, setting)).solution;
    const volatility = Math.sqrt(quadraticForm(covariance, weights));
    expect(volatility).to.be.closeTo(golden.pyPortfolioOpt.volatilityWithLedoitWolf, 1e-7);
  });
});

describe('clustering (regression: SciPy)', () => {
  for (const [c, { distances, linkages: expected }] of golden.linkages.cases.entries())
    for (const linkage of linkages)
      it(`makes the tree of case ${c + 1} by ${linkage} linkage`, () => {
        const n = distances.length;
        const { merges, leaves, three } = expected[linkage];
        const found = mergesOf(Float64Array.from(distances.flat()), n, linkage);
        expect(found.map(({ left, right, size }) => [left, right, size])).to.deep.equal(
          merges.map(([left, right, , size]) => [left, right, size]),
        );
        for (const [k, merge] of merges.entries()) expect(found[k]!.height).to.be.closeTo(merge[2]!, 1e-12);
        expect(leavesOf(found, 2 * n - 2)).to.deep.equal(leaves);
        const owners = Array.from({ length: n }, () => -1);
        for (const cluster of clustersAt(found, 3)) for (const leaf of leavesOf(found, cluster)) owners[leaf] = cluster;
        const together = (labels: readonly number[]): boolean[] =>
          labels.flatMap((one) => labels.map((two) => one === two));
        expect(together(owners)).to.deep.equal(together(three));
      });
});

describe('hierarchical strategies (regression: Riskfolio-Lib, skfolio and PyPortfolioOpt)', () => {
  const { returns, clusters, riskfolio, hrp } = golden.peers;
  const [count, n] = [returns.length, returns[0]!.length];
  const expectedReturns = Array.from({ length: n }, (_, i) => returns.reduce((sum, row) => sum + row[i]!, 0) / count);
  const covariance = expectedReturns.map((meanI, i) =>
    expectedReturns.map(
      (meanJ, j) => returns.reduce((sum, row) => sum + (row[i]! - meanI) * (row[j]! - meanJ), 0) / (count - 1),
    ),
  );
  const market = { covariance, expectedReturns };
  const scenarios: Scenarios = {
    count,
    returns: Float64Array.from(returns.flat()),
    periodsPerYear: 12,
    isPath: true,
  };

  for (const linkage of linkages)
    it(`share risk hierarchically by ${linkage} linkage`, async () => {
      const parameters = { ...asListed, linkage, distance: 'correlation' as const };
      const { solution } = await certifiedAnswer(hierarchicalRiskParity, settingOf(market, longOnly, parameters));
      expectWeights(solution.weights, hrp[linkage], 1e-9);
    });

  for (const measure of ['variance', 'volatility', 'cvar'] as const)
    it(`give clusters equal shares of ${measure}`, async () => {
      const setting = settingOf(market, longOnly, { measure, clusters, level: 0.95 });
      const withScenarios = { ...setting, estimates: { ...setting.estimates, scenarios } };
      const { solution } = await certifiedAnswer(hierarchicalEqualRisk, withScenarios);
      expectWeights(solution.weights, riskfolio[`herc ${measure}`], 1e-8);
    });

  for (const goal of ['minimum-variance', 'maximum-sharpe'] as const)
    it(`nest ${goal}`, async () => {
      const parameters = { inner: goal, outer: goal, clusters };
      const setting = { ...settingOf(market, longOnly, parameters), strategies: [minimumVariance, maximumSharpe] };
      const { solution } = await certifiedAnswer(nestedClustered, setting);
      // They solve with an interior point to about this.
      expectWeights(solution.weights, riskfolio[`nco ${goal}`], 2e-5);
    });
});
