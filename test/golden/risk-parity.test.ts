import { expect } from 'chai';

import { maximumSharpe } from '../../plugins/mean-variance/maximum-sharpe.ts';
import { minimumVariance } from '../../plugins/mean-variance/minimum-variance.ts';
import { maximumDiversification } from '../../plugins/risk-parity/maximum-diversification.ts';
import { riskParity } from '../../plugins/risk-parity/risk-parity.ts';
import { certify } from '../../src/problem/certificate.ts';
import { runToEnd, SolverRegistry } from '../../src/solvers/registry.ts';
import { riskBudgeting } from '../../src/solvers/risk-budgeting/risk-budgeting.ts';
import { denseOperator, problemOf } from '../support/problems.ts';
import published from './cases/risk-parity.json' with { type: 'json' };
import { certifiedAnswer, expectWeights, performance, settingOf } from './markets.ts';

const registry = new SolverRegistry([riskBudgeting]);

/** y with y_i (C y)_i = b_i. */
function unitPortfolio(covariance: readonly (readonly number[])[], budgets: readonly number[]): Float64Array {
  const objective = { quadratics: [{ scale: 1, operator: denseOperator(covariance) }] };
  const logarithms = Float64Array.from(budgets);
  const problem = problemOf(budgets.length, { ...objective, logarithms }, { rows: [] });
  const solution = runToEnd(registry.solve(problem));
  expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
  expect(certify(problem, solution, 1e-10).verdict).to.equal('passed');
  return solution.weights;
}

/** (n) w_i (C w)_i. */
function contributions(covariance: readonly (readonly number[])[], w: Float64Array): Float64Array {
  return w.map((value, i) => value * w.reduce((sum, other, j) => sum + covariance[i]![j]! * other, 0));
}

const byName = (budgets: readonly number[]) => ({
  budgets: Object.fromEntries(budgets.map((budget, i) => [`a${i + 1}`, budget])),
});

describe('published risk budgeting portfolios', () => {
  for (const { name, covariance, weights, tolerance, budgets } of published.riskParity) {
    const shares = budgets ?? weights.map(() => 1 / weights.length);

    it(`${name}: the optimum without a budget, scaled to 1`, () => {
      const y = unitPortfolio(covariance, shares);
      const total = y.reduce((sum, value) => sum + value, 0);
      expectWeights(
        y.map((value) => value / total),
        weights,
        tolerance,
      );
      contributions(covariance, y).forEach((value, i) => expect(value / shares[i]!).to.be.closeTo(1, 1e-10));
    });

    it(`${name}: the fully invested strategy`, async () => {
      const { solution } = await certifiedAnswer(riskParity, settingOf({ covariance }, {}, byName(shares)));
      expectWeights(solution.weights, weights, tolerance);
      const parts = contributions(covariance, solution.weights);
      const risk = parts.reduce((sum, value) => sum + value, 0);
      parts.forEach((value, i) => expect(value / risk).to.be.closeTo(shares[i]!, 1e-10));
    });
  }

  it('unit vectors of Lean', () => {
    for (const { covariance, budgets, weights } of published.unit.cases)
      expectWeights(unitPortfolio(covariance, budgets), weights, published.unit.tolerance);
  });
});

describe('published risk budgeting portfolios between bounds', () => {
  for (const { name, covariance, budgets, lower, upper, weights, tolerance } of published.constrained)
    it(`${name}: free assets carry equal multiples of their budgets`, async () => {
      const setting = settingOf({ covariance }, { lower, upper }, byName(budgets));
      const { solution } = await certifiedAnswer(riskParity, setting);
      const w = solution.weights;
      expectWeights(w, weights, tolerance);
      const scaled = contributions(covariance, w).map((value, i) => value / budgets[i]!);
      const isFree = (i: number): boolean => w[i]! > lower[i]! && w[i]! < upper[i]!;
      const free = [...scaled].filter((_, i) => isFree(i));
      expect(free.length).to.be.at.least(1);
      for (const value of free) expect(value / free[0]!).to.be.closeTo(1, 1e-8);
      // Who stands at a cap would carry more if allowed to, who stands at a floor less.
      scaled.forEach((value, i) => {
        if (w[i] === upper[i]) expect(value).to.be.below(free[0]!);
        else if (!isFree(i)) expect(value).to.be.above(free[0]!);
      });
    });
});

describe('published most diversified portfolios', () => {
  for (const { name, covariance, weights, tolerance, upper } of published.mostDiversified)
    it(name, async () => {
      const limits = upper === undefined ? {} : { upper };
      const { solution } = await certifiedAnswer(maximumDiversification, settingOf({ covariance }, limits, {}));
      expectWeights(solution.weights, weights, tolerance);
    });
});

describe('ten US stocks of Riskfolio-Lib', () => {
  const { riskfolio } = published;

  it('least variance', async () => {
    const { solution } = await certifiedAnswer(minimumVariance, settingOf(riskfolio, {}, {}));
    expectWeights(solution.weights, riskfolio.minimumVariance, riskfolio.tolerance);
  });

  it('greatest Sharpe ratio', async () => {
    const setting = settingOf(riskfolio, {}, {});
    const { solution } = await certifiedAnswer(maximumSharpe, setting);
    expectWeights(solution.weights, riskfolio.maximumSharpe, riskfolio.tolerance);
    expect(performance(setting, solution.weights)[2]).to.be.closeTo(riskfolio.sharpeRatio, 1e-8);
  });
});
