import { expect } from 'chai';

import { factorizeCholesky, solveCholesky } from '../../src/math/cholesky.ts';
import { blackLitterman } from '../../src/estimation/black-litterman.ts';
import type { BlackLittermanPosterior } from '../../src/estimation/black-litterman.ts';
import { impliedReturns } from '../../src/estimation/market-implied.ts';
import { denseEntries, multiply } from '../../src/estimation/operator.ts';
import type { Trust, View } from '../../src/estimation/views.ts';
import type { SymmetricOperator } from '../../src/problem/operator.ts';
import type { Universe } from '../../src/problem/universe.ts';
import heLitterman from './cases/he-litterman-1999.json' with { type: 'json' };
import idzorek from './cases/idzorek-2005.json' with { type: 'json' };

const universeOf = (ids: readonly string[]): Universe => ({ assets: ids.map((id) => ({ id, groups: {} })) });

function dense(rows: readonly (readonly number[])[]): SymmetricOperator {
  return { kind: 'dense', size: rows.length, entries: Float64Array.from(rows.flat()) };
}

function viewsOf(
  ids: readonly string[],
  picks: readonly (readonly number[])[],
  returns: readonly number[],
  trust: (k: number) => Trust,
): View[] {
  return picks.map((row, k) => ({
    legs: row.flatMap((coefficient, i) => (coefficient === 0 ? [] : [{ assetId: ids[i]!, coefficient }])),
    expectedReturn: returns[k]!,
    trust: trust(k),
  }));
}

/** (lambda Sigma)^-1 mu: the weights of an investor without constraints. */
function unconstrained(covariance: SymmetricOperator, riskAversion: number, returns: Float64Array): Float64Array {
  const factor = denseEntries(covariance).map((value) => value * riskAversion);
  factorizeCholesky(factor, covariance.size);
  const weights = Float64Array.from(returns);
  solveCholesky(factor, covariance.size, weights);
  return weights;
}

function expectClose(actual: Float64Array, expected: readonly number[], tolerance: number): void {
  expect(actual).to.have.length(expected.length);
  for (const [index, value] of expected.entries())
    expect(actual[index], `position ${String(index)}`).to.be.closeTo(value, tolerance);
}

describe('Idzorek (2005), A Step-by-Step Guide to the Black-Litterman Model', () => {
  const universe = universeOf(idzorek.assets);
  const covariance = dense(idzorek.covariance);
  const market = Float64Array.from(idzorek.marketWeights);
  const prior = impliedReturns(covariance, market, idzorek.riskAversion, 0);
  const solve = (trust: (k: number) => Trust): BlackLittermanPosterior =>
    blackLitterman({
      universe,
      covariance,
      prior,
      tau: idzorek.tau,
      posterior: 'prior',
      views: viewsOf(idzorek.assets, idzorek.views.P, idzorek.views.Q, trust),
    });
  const weightsOf = (posterior: BlackLittermanPosterior): Float64Array =>
    unconstrained(covariance, idzorek.riskAversion, posterior.expectedReturns);

  it('reproduces the implied excess returns of table 1', () => {
    expectClose(prior, idzorek.expected.impliedReturns, idzorek.tolerance.returns);
  });

  it('reproduces the variances of the view portfolios of table 4', () => {
    const posterior = solve(() => ({ kind: 'proportional' }));
    expectClose(
      Float64Array.from(posterior.views, ({ variance }) => variance / idzorek.tau),
      idzorek.expected.viewVariances,
      1e-5,
    );
  });

  it('reproduces the combined returns and the weights of table 6', () => {
    const posterior = solve(() => ({ kind: 'proportional' }));
    expectClose(posterior.expectedReturns, idzorek.expected.posteriorReturns, idzorek.tolerance.returns);
    expectClose(weightsOf(posterior), idzorek.expected.posteriorWeights, idzorek.tolerance.weights);
  });

  it('reproduces the weights under certain views, which then hold exactly', () => {
    const posterior = solve(() => ({ kind: 'confidence', confidence: 1 }));
    expectClose(weightsOf(posterior), idzorek.expected.certainWeights, idzorek.tolerance.weights);
    expectClose(
      Float64Array.from(posterior.views, (view) => view.posterior),
      idzorek.views.Q,
      1e-12,
    );
  });

  it('reproduces the confidences implied by table 7: how far each weight goes from the market to certainty', () => {
    const certain = weightsOf(solve(() => ({ kind: 'confidence', confidence: 1 })));
    const weights = weightsOf(solve(() => ({ kind: 'proportional' })));
    for (const [position, confidence] of Object.entries(idzorek.expected.impliedConfidence)) {
      const i = Number(position);
      const implied = (weights[i]! - market[i]!) / (certain[i]! - market[i]!);
      expect(implied, idzorek.assets[i]).to.be.closeTo(confidence, 5e-4);
    }
  });

  it('takes confidences in the closed form of omega', () => {
    const posterior = solve((k) => ({ kind: 'confidence', confidence: idzorek.confidence.confidences[k]! }));
    expectClose(posterior.expectedReturns, idzorek.confidence.posteriorReturns, idzorek.confidence.tolerance);
    expectClose(weightsOf(posterior), idzorek.confidence.posteriorWeights, idzorek.confidence.tolerance);
  });
});

describe('He and Litterman (1999), The Intuition Behind Black-Litterman Model Portfolios', () => {
  const { assets, volatilities, tau, riskAversion } = heLitterman;
  const covariance = dense(
    heLitterman.correlations.map((row, i) => row.map((value, j) => value * volatilities[i]! * volatilities[j]!)),
  );
  const market = Float64Array.from(heLitterman.marketWeights);
  const prior = impliedReturns(covariance, market, riskAversion, 0);

  it('reproduces the equilibrium returns of table 1', () => {
    expectClose(prior, heLitterman.expected.equilibriumReturns, heLitterman.tolerance.returns);
  });

  for (const [index, { P, Q, posteriorReturns, optimalWeights }] of heLitterman.cases.entries()) {
    it(`reproduces the posterior returns and the optimal weights of table ${String(index + 4)}`, () => {
      const posterior = blackLitterman({
        universe: universeOf(assets),
        covariance,
        prior,
        tau,
        posterior: 'predictive',
        views: viewsOf(assets, P, Q, () => ({ kind: 'proportional' })),
      });
      expectClose(posterior.expectedReturns, posteriorReturns, heLitterman.tolerance.returns);
      const weights = unconstrained(posterior.covariance, riskAversion, posterior.expectedReturns);
      expectClose(weights, optimalWeights, heLitterman.tolerance.weights);
      for (const [i, weight] of weights.entries()) {
        if (P.every((row) => row[i] === 0)) expect(weight, assets[i]).to.be.closeTo(market[i]! / (1 + tau), 1e-12);
      }
    });
  }

  it('gives back the market weights when the prior is all there is', () => {
    expectClose(unconstrained(covariance, riskAversion, prior), heLitterman.marketWeights, 1e-12);
    expect(multiply(covariance, market)).to.have.length(7);
  });
});
