import { expect } from 'chai';

import { denseEntries } from '../../src/estimation/operator.ts';
import { factorRegressionOf, regressionFactorModel } from '../../src/estimation/regression-factor-model.ts';
import { returnSeries } from '../../src/estimation/series.ts';
import { statisticalFactorModel } from '../../src/estimation/statistical-factor-model.ts';
import type { StatisticalFactorModelParameters } from '../../src/estimation/statistical-factor-model.ts';
import type { FactorReturns, Sample } from '../../src/problem/estimator.ts';
import { universeOf } from '../support/scenario-draws.ts';
import { stockDays, stockIds as assets } from '../support/stock-prices.ts';
import golden from './cases/factor-models.json' with { type: 'json' };

const periodsPerYear = 252;
const prices = stockDays.slice(-1001).map((day) => day.prices);

function sampleOf(ids: readonly string[]): Sample {
  const positions = ids.map((id) => assets.indexOf(id));
  const table = prices.flatMap((row) => positions.map((position) => row[position]!));
  const { series } = returnSeries({ assets: ids, prices: Float64Array.from(table), periodsPerYear }, 'pairwise');
  return { universe: universeOf(...ids), series, riskFreeRate: 0 };
}

const whole = sampleOf(golden.pca.assets);

/** The mean of the assets without gaps, and XOM less JPM. */
function factorReturns(): FactorReturns {
  const n = golden.pca.assets.length;
  const { returns } = whole.series!;
  const [first, second] = [golden.pca.assets.indexOf('XOM'), golden.pca.assets.indexOf('JPM')];
  const rows = Array.from({ length: returns.length / n }, (_, t) => {
    const own = returns.subarray(t * n, (t + 1) * n);
    return [own.reduce((sum, each) => sum + each, 0) / n, own[first]! - own[second]!];
  });
  return { names: ['market', 'oil less banks'], returns: Float64Array.from(rows.flat()) };
}

const regressed: Sample = { ...sampleOf(assets), factorReturns: factorReturns() };

describe('factor models agree with statsmodels and numpy on the sample market (regression)', () => {
  for (const [name, table, covariance, parameters] of [
    ['ordinary', golden.ols, golden.factorCovariance, { missing: 'own-dates' }],
    ['weighted', golden.wls, golden.factorCovarianceWeighted, { missing: 'own-dates', halfLife: 126 }],
  ] as const) {
    it(`time-series regression by ${name} least squares, gaps included`, () => {
      const found = factorRegressionOf(regressed, parameters);
      for (const [i, id] of assets.entries()) {
        const [alpha, market, spread, explained, variance, count] = table[id as keyof typeof table];
        expect(found.alphas[i], id).to.be.closeTo(alpha!, 1e-15);
        expect(found.exposures[2 * i], id).to.be.closeTo(market!, 1e-11);
        expect(found.exposures[2 * i + 1], id).to.be.closeTo(spread!, 1e-11);
        expect(found.explained[i], id).to.be.closeTo(explained!, 1e-12);
        expect(found.specificVariance[i], id).to.be.closeTo(variance!, 1e-12 * variance!);
        expect(found.observations[i], id).to.equal(count);
      }
      const { covariance: model } = regressionFactorModel.estimate(regressed, parameters);
      if (model.kind !== 'factor') throw new Error(model.kind);
      for (const [index, value] of covariance.flat().entries())
        expect(model.factorCovariance[index]).to.be.closeTo(value * periodsPerYear, 1e-13);
      expect(model.specific[0]).to.be.closeTo(found.specificVariance[0]! * periodsPerYear, 1e-15);
    });
  }

  it('principal components of the covariance', () => {
    const { covariance, factors } = statisticalFactorModel.estimate(whole, { count: 3 });
    if (covariance.kind !== 'factor') throw new Error(covariance.kind);
    expect(factors?.names).to.deep.equal(['PC1', 'PC2', 'PC3']);
    for (const [f, direction] of golden.pca.directions.entries()) {
      expect(covariance.factorCovariance[4 * f]).to.be.closeTo(golden.pca.variances[f]! * periodsPerYear, 1e-13);
      for (const [i, loading] of direction.entries())
        expect(covariance.exposures[3 * i + f]).to.be.closeTo(loading, 1e-10);
    }
    for (const [i, variance] of golden.pca.specific3.entries())
      expect(covariance.specific[i]).to.be.closeTo(variance * periodsPerYear, 1e-13);
  });

  it('the number of components, by each of the tests', () => {
    const countOf = (parameters: StatisticalFactorModelParameters): number =>
      statisticalFactorModel.estimate(whole, parameters).factors?.names.length ?? 0;
    expect(countOf({ test: 'bai-ng', countMax: 8 })).to.equal(golden.pca.baiNg);
    expect(countOf({ test: 'bai-ng', countMax: 8, components: 'correlation' })).to.equal(golden.pca.baiNgStandardized);
    expect(countOf({ test: 'marchenko-pastur' })).to.equal(golden.pca.marchenkoPastur);
    expect(countOf({ explained: 0.6 })).to.equal(golden.pca.explained60);
    const { covariance } = statisticalFactorModel.estimate(whole, { count: 6, components: 'correlation' });
    if (covariance.kind !== 'factor') throw new Error(covariance.kind);
    for (const [f, variance] of golden.pca.correlationVariances.entries())
      expect(covariance.factorCovariance[7 * f]! / periodsPerYear).to.be.closeTo(variance, 1e-11);
    const entries = denseEntries(covariance);
    const sample = denseEntries(statisticalFactorModel.estimate(whole, { count: 1 }).covariance);
    const n = golden.pca.assets.length;
    for (let i = 0; i < n; i += 1) expect(entries[i * n + i]).to.be.closeTo(sample[i * n + i]!, 1e-12);
  });
});
