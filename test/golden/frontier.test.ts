import { expect } from 'chai';

import type { Corner } from '../../src/solvers/critical-line/critical-line.ts';
import bailey from './cases/bailey-lopez-de-prado-2013.json' with { type: 'json' };
import alan from './cases/gams-alan.json' with { type: 'json' };
import kwan from './cases/kwan-corners.json' with { type: 'json' };
import markowitz from './cases/markowitz-1959.json' with { type: 'json' };
import sharpe from './cases/sharpe-corners.json' with { type: 'json' };
import others from './cases/frontier-corners.json' with { type: 'json' };
import { denseOperator, problemOf } from '../support/problems.ts';
import type { Tradeoff } from '../support/frontier-case.ts';
import { cornersOf, curveOf } from '../support/frontiers.ts';

interface Published {
  readonly expectedReturns: readonly number[];
  readonly covariance: readonly (readonly number[])[];
  readonly limits: { readonly lower: number; readonly upper?: number };
}

function tradeoffOf({ expectedReturns, covariance, limits }: Published): Tradeoff {
  const n = expectedReturns.length;
  const quadratics = [{ scale: 1, operator: denseOperator(covariance) }];
  return { problem: problemOf(n, { quadratics }, limits), direction: Float64Array.from(expectedReturns) };
}

/** Lambdas are printed to six figures or six decimals. */
function expectCorner(corner: Corner, lambda: number, weights: readonly number[], tolerance: number): void {
  expect(corner.lambda).to.be.closeTo(lambda, Math.max(1e-5 * lambda, 5e-7));
  weights.forEach((weight, i) => expect(corner.weights[i]!, `asset ${i + 1}`).to.be.closeTo(weight, tolerance));
}

describe('the critical line finds every published corner, and no other', () => {
  const [kwanFree] = others.cases as [(typeof others.cases)[number]];
  const cases = [
    { name: 'Markowitz 1959, chapter VIII', ...markowitz },
    { name: 'Kwan 2007, upper bound 0.7', ...kwan },
    { ...kwanFree, tolerance: 1e-6 },
  ];
  for (const published of cases) {
    it(published.name, () => {
      const corners = cornersOf(tradeoffOf(published));
      expect(corners.length).to.equal(published.corners.length);
      published.corners.forEach(({ lambda, weights }, k) =>
        expectCorner(corners[k]!, lambda, weights, published.tolerance),
      );
    });
  }

  it('Sharpe, Macro-Investment Analysis: bounds 0.2 and 0.5, with a corner at which nothing moves', () => {
    const corners = cornersOf(tradeoffOf(sharpe));
    // Between 11.4700 and 11.1475 the portfolio is the same vertex with other constraints; from 6.8672 on it is the last.
    const [first, second, third, fourth, fifth] = sharpe.corners;
    const printed = [first, second, { lambda: 11.1475, weights: second!.weights }, third, fourth, fifth];
    printed.push({ lambda: 0, weights: fifth!.weights });
    expect(corners.length).to.equal(printed.length);
    printed.forEach((corner, k) => expectCorner(corners[k]!, corner!.lambda, corner!.weights, sharpe.tolerance));
  });

  it('Bailey and Lopez de Prado 2013: ten assets, ten turning points with their lambdas', () => {
    const corners = cornersOf(tradeoffOf(bailey));
    const lambdas = [58.303085, 4.174273, 1.945566, 0.164581, 0.147389, 0.056172, 0.052048, 0.036522, 0.030971, 0];
    // The printed table begins with the portfolio of the greatest return twice: at an endless lambda, and where it ends.
    const points = bailey.turningPoints.slice(-lambdas.length);
    expect(corners.length).to.equal(lambdas.length);
    lambdas.forEach((lambda, k) => {
      expect(corners[k]!.lambda).to.be.closeTo(lambda, 1e-6);
      const { weights } = points[k]!;
      weights.forEach((weight, i) => expect(corners[k]!.weights[i]!).to.be.closeTo(weight, 2e-6));
    });
  });
});

describe('the critical line between corners', () => {
  it('gives the weights of GAMS ALAN at a mean return of 10, one asset riskless', () => {
    const n = alan.means.length;
    const problem = problemOf(n, { quadratics: [{ scale: 1, operator: denseOperator(alan.covariance) }] });
    const point = curveOf({ problem, direction: Float64Array.from(alan.means) }).atValue(alan.target);
    alan.weights.forEach((weight, i) => expect(point.weights[i]!).to.be.closeTo(weight, alan.tolerance));
  });

  it('gives the greatest Sharpe ratio of Bailey and Lopez de Prado 2013, where variance is lambda times the return', () => {
    const curve = curveOf(tradeoffOf(bailey));
    const variance = (w: Float64Array): number =>
      bailey.covariance.reduce((sum, row, i) => sum + w[i]! * row.reduce((s, value, j) => s + value * w[j]!, 0), 0);
    let [low, high] = [0, 1];
    for (let k = 0; k < 60; k++) {
      const middle = 0.5 * (low + high);
      const { weights, value } = curve.atLambda(middle);
      if (middle * value < variance(weights)) low = middle;
      else high = middle;
    }
    const { weights, value } = curve.atLambda(high);
    bailey.maximumSharpe.weights.forEach((weight, i) => expect(weights[i]!).to.be.closeTo(weight, bailey.tolerance));
    expect(value / Math.sqrt(variance(weights))).to.be.closeTo(bailey.maximumSharpe.sharpe, 5e-5);
  });
});
