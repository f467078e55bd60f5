import { expect } from 'chai';

import { blackLitterman } from '../../plugins/black-litterman/black-litterman.ts';
import meanVariance from '../../plugins/mean-variance/index.ts';
import { blendedViews } from '../../src/estimation/black-litterman.ts';
import { ledoitWolf } from '../../src/estimation/ledoit-wolf.ts';
import { impliedReturns } from '../../src/estimation/market-implied.ts';
import { returnSeries } from '../../src/estimation/series.ts';
import type { Trust, View } from '../../src/estimation/views.ts';
import { dot, quadraticForm, sdkVersion } from '../../src/sdk/v1/index.ts';
import type { Answer, BlendedViews, JsonObject, SymmetricOperator } from '../../src/sdk/v1/index.ts';
import { answerOf, referenceTask } from '../../src/sdk/v1/testing/reference-task.ts';
import { referenceEngine } from '../support/reference-engine.ts';
import { denseOperator } from '../support/problems.ts';
import { stockPrices } from '../support/stock-prices.ts';
import heLitterman from './cases/he-litterman-1999.json' with { type: 'json' };
import idzorek from './cases/idzorek-2005.json' with { type: 'json' };
import pypfopt from './cases/pyportfolioopt-estimation.json' with { type: 'json' };

interface Ground {
  readonly ids: readonly string[];
  readonly covariance: SymmetricOperator;
  readonly prior: Float64Array;
  readonly tau: number;
  readonly views: readonly View[];
}

interface AssetLine {
  readonly asset: string;
  readonly priorReturn: number;
  readonly posteriorReturn: number;
  readonly priorWeight: number;
  readonly posteriorWeight: number;
  readonly tilt: number;
}
interface ViewLine {
  readonly stated: number;
  readonly prior: number;
  readonly posterior: number;
  readonly variance?: number;
  readonly confidence: number;
  readonly impliedConfidence?: number;
}
interface Run {
  readonly answer: Answer;
  readonly blended: BlendedViews;
  readonly assets: readonly AssetLine[];
  readonly views: readonly ViewLine[];
}

const { strategies = [] } = await meanVariance.activate({ sdkVersion, log: () => undefined }, {});
const utility = (riskAversion: number) => ({ type: 'quadratic-utility', parameters: { riskAversion } });

/** The strategy without any restriction; its answer passes the independent check. */
async function run(
  { ids, covariance, prior, tau, views }: Ground,
  objective: { readonly type: string; readonly parameters: JsonObject },
  kind: 'prior' | 'predictive',
): Promise<Run> {
  const universe = { assets: ids.map((id) => ({ id, groups: {} })) };
  const blended: BlendedViews = blendedViews({ universe, covariance, prior, tau, views });
  const situation = { universe, current: new Float64Array(ids.length), cashCurrent: 1, covariance };
  const estimates = { covariance, riskFreeRate: 0, expectedReturns: blended.posterior, blended };
  const parameters = { objective, covariance: kind };
  const setting = { parameters, situation, estimates, restrictions: [], strategies };
  const answer = await answerOf(blackLitterman.optimize(referenceTask(referenceEngine, setting)));
  expect(answer.solution.termination.reason, answer.solution.termination.detail).to.equal('optimal');
  expect(referenceEngine.faults(universe, [], answer)).to.deep.equal([]);
  const report = answer.report as unknown as { assets: readonly AssetLine[]; views: readonly ViewLine[] };
  return { answer, blended, ...report };
}

function viewsOf(
  ids: readonly string[],
  picks: readonly (readonly number[])[],
  returns: readonly number[],
  trust: (k: number) => Trust = () => ({ kind: 'proportional' }),
): View[] {
  return picks.map((row, k) => ({
    legs: row.flatMap((coefficient, i) => (coefficient === 0 ? [] : [{ assetId: ids[i]!, coefficient }])),
    expectedReturn: returns[k]!,
    trust: trust(k),
  }));
}

function expectClose(actual: readonly (number | undefined)[], expected: readonly number[], tolerance: number): void {
  expect(actual).to.have.length(expected.length);
  for (const [i, value] of expected.entries())
    expect(actual[i], `position ${String(i)}`).to.be.closeTo(value, tolerance);
}

describe('the Black-Litterman strategy on He and Litterman (1999)', () => {
  const { assets: ids, volatilities, tau, riskAversion, tolerance } = heLitterman;
  const covariance = denseOperator(
    heLitterman.correlations.map((row, i) => row.map((value, j) => value * volatilities[i]! * volatilities[j]!)),
  );
  const prior = impliedReturns(covariance, Float64Array.from(heLitterman.marketWeights), riskAversion, 0);

  for (const [index, { P, Q, posteriorReturns, optimalWeights }] of heLitterman.cases.entries()) {
    it(`reports the equilibrium of table 1, and returns, weights and tilts of table ${String(index + 4)}`, async () => {
      const ground = { ids, covariance, prior, tau, views: viewsOf(ids, P, Q) };
      const { assets, views, answer } = await run(ground, utility(riskAversion), 'predictive');
      expect(assets.map(({ asset }) => asset)).to.deep.equal(ids);
      expectClose(
        assets.map(({ priorReturn }) => priorReturn),
        heLitterman.expected.equilibriumReturns,
        tolerance.returns,
      );
      expectClose(
        assets.map(({ posteriorReturn }) => posteriorReturn),
        posteriorReturns,
        tolerance.returns,
      );
      expectClose(
        assets.map(({ posteriorWeight }) => posteriorWeight),
        optimalWeights,
        tolerance.weights,
      );
      expectClose([...answer.solution.weights], optimalWeights, tolerance.weights);
      for (const [i, { priorWeight, posteriorWeight, tilt }] of assets.entries()) {
        expect(priorWeight).to.be.closeTo(heLitterman.marketWeights[i]! / (1 + tau), 1e-9);
        expect(tilt).to.equal(posteriorWeight - priorWeight);
        // Only what is in a view is tilted.
        if (P.every((row) => row[i] === 0)) expect(tilt, ids[i]).to.be.closeTo(0, 1e-9);
      }
      expectClose(
        views.map(({ stated }) => stated),
        Q,
        0,
      );
      for (const { confidence } of views) expect(confidence).to.be.closeTo(0.5, 1e-15);
    });
  }
});

describe('the Black-Litterman strategy on Idzorek (2005)', () => {
  const { assets: ids, tau, riskAversion, tolerance, expected, confidence: method } = idzorek;
  const covariance = denseOperator(idzorek.covariance);
  const prior = impliedReturns(covariance, Float64Array.from(idzorek.marketWeights), riskAversion, 0);
  const solve = (trust?: (k: number) => Trust): Promise<Run> => {
    const views = viewsOf(ids, idzorek.views.P, idzorek.views.Q, trust);
    return run({ ids, covariance, prior, tau, views }, utility(riskAversion), 'prior');
  };

  it('reports tables 1, 4 and 6: implied and combined returns, variances of the views, weights and tilts', async () => {
    const { assets, views } = await solve();
    expectClose(
      assets.map(({ priorReturn }) => priorReturn),
      expected.impliedReturns,
      tolerance.returns,
    );
    expectClose(
      assets.map(({ posteriorReturn }) => posteriorReturn),
      expected.posteriorReturns,
      tolerance.returns,
    );
    expectClose(
      assets.map(({ priorWeight }) => priorWeight),
      idzorek.marketWeights,
      1e-9,
    );
    expectClose(
      assets.map(({ posteriorWeight }) => posteriorWeight),
      expected.posteriorWeights,
      tolerance.weights,
    );
    const tilts = expected.posteriorWeights.map((weight, i) => weight - idzorek.marketWeights[i]!);
    expectClose(
      assets.map(({ tilt }) => tilt),
      tilts,
      tolerance.weights,
    );
    expectClose(
      views.map(({ variance }) => variance! / tau),
      expected.viewVariances,
      1e-5,
    );
  });

  it('reports the implied confidences of table 7 per view', async () => {
    const { views } = await solve();
    const { '6': international, '0': bonds, '2': growth } = expected.impliedConfidence;
    expectClose(
      views.map(({ impliedConfidence }) => impliedConfidence),
      [international, bonds, growth],
      5e-4,
    );
  });

  it('reaches the weights at 100 % confidence, where each view is all the way', async () => {
    const { assets, views } = await solve(() => ({ kind: 'confidence', confidence: 1 }));
    expectClose(
      assets.map(({ posteriorWeight }) => posteriorWeight),
      expected.certainWeights,
      tolerance.weights,
    );
    expectClose(
      views.map(({ posterior }) => posterior),
      idzorek.views.Q,
      1e-12,
    );
    expectClose(
      views.map(({ impliedConfidence }) => impliedConfidence),
      [1, 1, 1],
      1e-9,
    );
  });

  it('takes the confidences of the paper, and reports them', async () => {
    const { assets, views } = await solve((k) => ({ kind: 'confidence', confidence: method.confidences[k]! }));
    expectClose(
      assets.map(({ posteriorReturn }) => posteriorReturn),
      method.posteriorReturns,
      method.tolerance,
    );
    expectClose(
      assets.map(({ posteriorWeight }) => posteriorWeight),
      method.posteriorWeights,
      method.tolerance,
    );
    expectClose(
      views.map(({ confidence }) => confidence),
      method.confidences,
      1e-12,
    );
  });

  it('a view by itself implies the confidence that it was given', async () => {
    const [first] = viewsOf(ids, idzorek.views.P, idzorek.views.Q, () => ({ kind: 'confidence', confidence: 0.25 }));
    const ground = { ids, covariance, prior, tau, views: [first!] };
    const { views } = await run(ground, utility(riskAversion), 'prior');
    expect(views[0]?.impliedConfidence).to.be.closeTo(0.25, 1e-7);
  });
});

describe('the Black-Litterman strategy agrees with PyPortfolioOpt', () => {
  const ids = pypfopt.assets;
  const n = ids.length;
  const covariance = denseOperator(ids.map((_, i) => ids.map((__, j) => entry(Math.max(i, j), Math.min(i, j)))));
  const tau = 0.05;
  const prices = stockPrices();
  const { series } = returnSeries({ assets: ids, prices, periodsPerYear: 252 }, 'pairwise');

  function entry(row: number, column: number): number {
    return pypfopt.sampleCovariance[(row * (row + 1)) / 2 + column]!;
  }

  function absolute(
    views: Readonly<Record<string, number>>,
    trust: (k: number) => Trust = () => ({ kind: 'proportional' }),
  ) {
    return Object.entries(views).map(([assetId, expectedReturn], k) => ({
      legs: [{ assetId, coefficient: 1 }],
      expectedReturn,
      trust: trust(k),
    }));
  }

  /** Weights that sum to 1; return, volatility under the predictive covariance, Sharpe ratio at 2 %. */
  function performance({ answer, blended }: Run): readonly [Float64Array, readonly number[]] {
    const total = answer.solution.weights.reduce((sum, weight) => sum + weight, 0);
    const weights = answer.solution.weights.map((weight) => weight / total);
    const annual = dot(blended.posterior, weights);
    const volatility = Math.sqrt(quadraticForm(blended.predictiveCovariance, weights));
    return [weights, [annual, volatility, (annual - 0.02) / volatility]];
  }

  const five = { AAPL: 0.2, BBY: -0.3, BAC: 0, SBUX: -0.2, T: 0.131321 };

  it('test_bl_equal_prior: returns of 1 / n before five views', async () => {
    const ground = { ids, covariance, prior: new Float64Array(n).fill(1 / n), tau, views: absolute(five) };
    const [, figures] = performance(await run(ground, utility(1), 'prior'));
    expectClose(figures, [0.1877432247395778, 0.3246889329226965, 0.5166274785827545], 1e-7);
  });

  it('test_bl_weights: no returns before five views', async () => {
    const ground = { ids, covariance, prior: new Float64Array(n), tau, views: absolute(five) };
    const [weights] = performance(await run(ground, utility(2.68549106622831), 'prior'));
    const expected: Readonly<Record<string, number>> = {
      AAPL: 1.40675,
      BAC: 0.02651,
      T: 2.81117,
      BBY: -1.44667,
      SBUX: -1.79776,
    };
    expectClose(
      [...weights],
      ids.map((id) => expected[id] ?? 0),
      5.1e-6,
    );
  });

  it('test_bl_market_prior: market-implied returns before four views', async () => {
    const { prior, riskAversion, posteriorReturns, performance: expected } = pypfopt.blackLitterman.proportional;
    const views = absolute(pypfopt.blackLitterman.views);
    const done = await run(
      { ids, covariance, prior: Float64Array.from(prior), tau, views },
      utility(riskAversion),
      'prior',
    );
    expectClose(
      done.assets.map(({ posteriorReturn }) => posteriorReturn),
      posteriorReturns,
      1e-7,
    );
    expectClose(performance(done)[1], expected, 1e-7);
  });

  it('test_idzorek_with_priors: two certain views, two of 25 %', async () => {
    const { prior, riskAversion, confidences, performance: expected } = pypfopt.blackLitterman.idzorek;
    const views = absolute(pypfopt.blackLitterman.views, (k) => ({ kind: 'confidence', confidence: confidences[k]! }));
    const done = await run(
      { ids, covariance, prior: Float64Array.from(prior), tau, views },
      utility(riskAversion),
      'prior',
    );
    expect(done.views[0]?.variance).to.equal(0);
    expect(done.views[1]?.posterior).to.be.closeTo(-0.3, 1e-7);
    expectClose(performance(done)[1], expected, 1e-7);
  });

  it('test_bl_returns_all_views: exponential means before a view of 10 % on every asset, Ledoit-Wolf covariance', async () => {
    // covariance.ledoit_wolf of scikit-learn on returns of which the missing ones are zero.
    const filled = { ...series, returns: series.returns.map((value) => (Number.isNaN(value) ? 0 : value)) };
    const universe = { assets: ids.map((id) => ({ id, groups: {} })) };
    const sample = { universe, series: filled, riskFreeRate: 0 };
    const shrunk = ledoitWolf.estimate(sample, { target: 'constant-variance' }).covariance;
    const views = absolute(Object.fromEntries(ids.map((id) => [id, 0.1])));
    const done = await run({ ids, covariance: shrunk, prior: exponentialMeans(500), tau, views }, utility(1), 'prior');
    const expected = [
      0.11168648, 0.16782938, 0.12516799, 0.24067997, 0.32848296, -0.22789895, 0.16311297, 0.11928542, 0.25414308,
      0.11007738, 0.06282615, -0.03140218, -0.16977172, 0.05254821, -0.10463884, 0.32173375, 0.26399864, 0.1118594,
      0.22999558, 0.08977448,
    ];
    expectClose(
      done.assets.map(({ posteriorReturn }) => posteriorReturn),
      expected,
      1.5e-6,
    );
  });

  /** expected_returns.ema_historical_return: means weighted by (1 - 2 / (span + 1))^age, compounded over 252 days. */
  function exponentialMeans(span: number): Float64Array {
    return Float64Array.from(ids, (_, i) => {
      let [total, weights, weight] = [0, 0, 1];
      for (let t = series.observations - 1; t >= 0; t--, weight *= 1 - 2 / (span + 1)) {
        const value = series.returns[t * n + i]!;
        if (Number.isNaN(value)) continue;
        total += weight * value;
        weights += weight;
      }
      return (1 + total / weights) ** 252 - 1;
    });
  }

  it('test_idzorek_basic, test_idzorek_input_formats: the identity, five views of 30 % on a prior of 10 %', async () => {
    const five = ['0', '1', '2', '3', '4'];
    const identity = { kind: 'diagonal' as const, size: 5, entries: new Float64Array(5).fill(1) };
    const posteriors = async (trust: Trust): Promise<Run> => {
      const views = absolute(Object.fromEntries(five.map((id) => [id, 0.3])), () => trust);
      const ground = { ids: five, covariance: identity, prior: new Float64Array(5).fill(0.1), tau, views };
      return run(ground, utility(1), 'prior');
    };
    const trusts: readonly (readonly [Trust, number, number])[] = [
      [{ kind: 'variance', variance: 0 }, 0.3, 1],
      [{ kind: 'variance', variance: 1e6 }, 0.1, 0],
      [{ kind: 'confidence', confidence: 1 }, 0.3, 1],
      [{ kind: 'confidence', confidence: 0 }, 0.1, 0],
      [{ kind: 'confidence', confidence: 0.5 }, 0.2, 0.5],
      ...[0.2, 0.4, 0.6, 0.8].map(
        (confidence) => [{ kind: 'confidence', confidence }, 0.1 + 0.2 * confidence, confidence] as const,
      ),
    ];
    for (const [trust, expected, confidence] of trusts) {
      const { assets, views } = await posteriors(trust);
      expectClose(
        assets.map(({ posteriorReturn }) => posteriorReturn),
        new Array<number>(5).fill(expected),
        1e-6,
      );
      expectClose(
        views.map(({ impliedConfidence }) => impliedConfidence),
        new Array<number>(5).fill(confidence),
        1e-6,
      );
    }
  });
});
