import { expect } from 'chai';

import { blackLitterman } from '../../src/estimation/black-litterman.ts';
import type { BlackLittermanPosterior } from '../../src/estimation/black-litterman.ts';
import { historicalMean } from '../../src/estimation/historical-mean.ts';
import { ledoitWolf, shrink } from '../../src/estimation/ledoit-wolf.ts';
import { impliedReturns } from '../../src/estimation/market-implied.ts';
import { denseEntries, multiply } from '../../src/estimation/operator.ts';
import { sampleCovariance } from '../../src/estimation/sample-covariance.ts';
import { returnSeries } from '../../src/estimation/series.ts';
import type { MissingPrices } from '../../src/estimation/series.ts';
import type { Trust } from '../../src/estimation/views.ts';
import { factorizeCholesky, solveCholesky } from '../../src/math/cholesky.ts';
import { dot, scaled, sum } from '../../src/math/vectors.ts';
import type { Sample } from '../../src/problem/estimator.ts';
import type { SymmetricOperator } from '../../src/problem/operator.ts';
import { stockIds, stockPrices } from '../support/stock-prices.ts';
import golden from './cases/pyportfolioopt-estimation.json' with { type: 'json' };

const { assets, periodsPerYear } = golden;
const universe = { assets: assets.map((id) => ({ id, groups: {} })) };

expect(stockIds).to.deep.equal(assets);
const table = { assets, prices: stockPrices(), periodsPerYear };
const sampleOf = (missing: MissingPrices): Sample => ({
  universe,
  series: returnSeries(table, missing).series,
  riskFreeRate: 0,
});

function expectTriangle(operator: SymmetricOperator, triangle: readonly number[], relative: number): void {
  const entries = denseEntries(operator);
  const n = operator.size;
  let index = 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      const scale = Math.sqrt(entries[i * n + i]! * entries[j * n + j]!);
      expect(entries[i * n + j], `${assets[i]!} x ${assets[j]!}`).to.be.closeTo(triangle[index]!, relative * scale);
      expect(entries[j * n + i]).to.equal(entries[i * n + j]);
      index += 1;
    }
  }
  expect(index).to.equal(triangle.length);
}

function expectClose(actual: Float64Array, expected: readonly number[], tolerance: number): void {
  expect(actual).to.have.length(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i], assets[i]).to.be.closeTo(value, tolerance);
}

describe('estimates on the sample market agree with PyPortfolioOpt', () => {
  const pairwise = sampleOf('pairwise');
  const { covariance, repairs } = sampleCovariance.estimate(pairwise, {});

  it('in compound and arithmetic mean returns, each stock over its own history', () => {
    expectClose(historicalMean.estimate(pairwise, { method: 'compound' }), golden.compound, 1e-12);
    expectClose(historicalMean.estimate(pairwise, { method: 'arithmetic' }), golden.arithmetic, 1e-12);
  });

  it('in the pairwise sample covariance, which needs no repair', () => {
    expectTriangle(covariance, golden.sampleCovariance, 1e-12);
    expect(repairs).to.deep.equal([]);
  });

  for (const target of ['constant-variance', 'single-factor', 'constant-correlation'] as const) {
    it(`in Ledoit-Wolf shrinkage towards ${target}, on the dates that all stocks have`, () => {
      const sample = sampleOf('complete-rows');
      const expected = golden.ledoitWolf[target];
      expect(sample.series?.observations).to.equal(golden.ledoitWolf.observations);
      expect(shrink(sample.series!, target).intensity).to.be.closeTo(expected.intensity, 1e-12);
      expectTriangle(ledoitWolf.estimate(sample, { target }).covariance, expected.covariance, 1e-12);
    });
  }

  const { marketCapitalizations, views, proportional, idzorek } = golden.blackLitterman;
  const market = scaled(
    Float64Array.from(marketCapitalizations),
    1 / marketCapitalizations.reduce((total, each) => total + each, 0),
  );
  const solve = (
    riskAversion: number,
    riskFreeRate: number,
    tau: number,
    trust: (k: number) => Trust,
  ): BlackLittermanPosterior =>
    blackLitterman({
      universe,
      covariance,
      prior: impliedReturns(covariance, market, riskAversion, riskFreeRate),
      tau,
      posterior: 'predictive',
      views: Object.entries(views).map(([assetId, expectedReturn], k) => ({
        legs: [{ assetId, coefficient: 1 }],
        expectedReturn,
        trust: trust(k),
      })),
    });

  /** Annual return, volatility and Sharpe ratio (risk-free rate 0.02) of Sigma^-1 mu scaled to sum 1. */
  function performance(posterior: BlackLittermanPosterior): number[] {
    const factor = denseEntries(covariance);
    factorizeCholesky(factor, covariance.size);
    const raw = Float64Array.from(posterior.expectedReturns);
    solveCholesky(factor, covariance.size, raw);
    const weights = scaled(raw, 1 / sum(raw));
    const mean = dot(weights, posterior.expectedReturns);
    const volatility = Math.sqrt(dot(weights, multiply(posterior.covariance, weights)));
    return [mean, volatility, (mean - 0.02) / volatility];
  }

  function expectPerformance(posterior: BlackLittermanPosterior, expected: readonly number[]): void {
    for (const [index, value] of performance(posterior).entries())
      expect(value).to.be.closeTo(expected[index]!, 1e-7 * Math.abs(expected[index]!));
  }

  it('in Black-Litterman with view variances proportional to the prior', () => {
    const posterior = solve(proportional.riskAversion, proportional.riskFreeRate, proportional.tau, () => ({
      kind: 'proportional',
    }));
    expectClose(posterior.expectedReturns, proportional.posteriorReturns, 1e-10);
    const n = covariance.size;
    const entries = denseEntries(posterior.covariance);
    expectClose(
      Float64Array.from({ length: n }, (_, i) => entries[i * n + i]!),
      proportional.posteriorVariances,
      1e-12,
    );
    expectPerformance(posterior, proportional.performance);
  });

  it('in Black-Litterman with Idzorek confidences, two of them certain', () => {
    const posterior = solve(idzorek.riskAversion, idzorek.riskFreeRate, idzorek.tau, (k) => ({
      kind: 'confidence',
      confidence: idzorek.confidences[k]!,
    }));
    expectClose(posterior.expectedReturns, idzorek.posteriorReturns, 1e-10);
    expect(posterior.expectedReturns[assets.indexOf('AAPL')]).to.be.closeTo(-0.3, 1e-12);
    expectPerformance(posterior, idzorek.performance);
  });
});
