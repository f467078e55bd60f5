import { expect } from 'chai';
import { certify } from '../../src/problem/certificate.ts';
import type { Problem, Quadratic, TailMeasure } from '../../src/problem/problem.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { tailAt } from '../../src/problem/certificate-tails.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { scenarioTails } from '../../src/solvers/tails/scenario-tails.ts';
import { normalScenarios } from '../support/normal-scenarios.ts';
import { budgetRow, originOf, problemOf, rowOver } from '../support/problems.ts';
import { stockDays } from '../support/stock-prices.ts';
import library from './cases/pyportfolioopt-tails.json' with { type: 'json' };
import paper from './cases/rockafellar-uryasev-2000.json' with { type: 'json' };

const registry = new SolverRegistry([scenarioTails]);

function certified(problem: Problem): Solution {
  const solution = runToEnd(registry.solve(problem));
  expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
  expect(certify(problem, solution).detail).to.equal('every residual at most 1e-8');
  return solution;
}

describe(`tails, as ${library.source}`, () => {
  const prices = stockDays.map((day) => day.prices).filter((row) => row.every((price) => !Number.isNaN(price)));
  const n = prices[0]!.length;
  const count = prices.length - 1;
  const scenarios = Float64Array.from({ length: count * n }, (_, k) => {
    const day = Math.floor(k / n);
    return prices[day + 1]![k % n]! / prices[day]![k % n]! - 1;
  });
  const mean = Float64Array.from({ length: n }, (_, i) => (prices[count]![i]! / prices[0]![i]!) ** (252 / count) - 1);

  for (const { test, measure: kind, budget, lower, upper, expected, ...goal } of library.cases)
    it(`${test}: return ${expected[0]}, risk ${expected[1]}`, () => {
      const measure: TailMeasure = { kind: kind as 'cvar' | 'drawdown', scenarios, level: 0.95 };
      const rows = [budgetRow(n, budget)];
      if (goal.requiredReturn !== undefined) rows.push(rowOver(mean, goal.requiredReturn, Infinity, 'return'));
      const identity = { kind: 'diagonal', size: n, entries: new Float64Array(n).fill(1) } as const;
      const quadratics: Quadratic[] = goal.gamma === undefined ? [] : [{ scale: 2 * goal.gamma, operator: identity }];
      const most = goal.riskMax !== undefined;
      const objective = most ? { linear: mean, quadratics } : { quadratics, tailTerms: [{ ...measure, weight: 1 }] };
      const problem = {
        ...problemOf(n, objective, { rows, lower, upper }),
        tails: most ? [{ ...measure, bound: goal.riskMax, origin: originOf('risk') }] : [],
      };
      const { weights } = certified(problem);
      const earned = weights.reduce((sum, weight, i) => sum + weight * mean[i]!, 0);
      // The library's own tests allow 1e-4 either way.
      expect(earned).to.be.closeTo(expected[0]!, 1e-4);
      expect(tailAt(measure, weights)).to.be.closeTo(expected[1]!, 2e-5);
    });
});

describe(`CVaR, as ${paper.source}`, () => {
  const scenarios = normalScenarios(paper.mean, paper.covariance as [number[], number[], number[]], 20_000);
  for (const { level, cvar } of paper.levels)
    it(`of normal returns at level ${level} is near ${cvar}, at the portfolio of least variance`, () => {
      const measure: TailMeasure = { kind: 'cvar', scenarios, level };
      const rows = [budgetRow(3), rowOver(paper.mean, paper.requiredReturn, Infinity, 'return')];
      const problem = problemOf(3, { tailTerms: [{ ...measure, weight: 1 }] }, { rows });
      const { weights, objective } = certified(problem);
      // The sampling errors of 20,000 draws; the paper's own samples of that size are off by as much.
      expect(objective).to.be.closeTo(cvar, 0.015 * cvar);
      paper.weights.forEach((weight, i) => expect(weights[i], paper.assets[i]).to.be.closeTo(weight, 0.06));
      // Solved for these draws, it cannot be above what the published portfolio has on them.
      expect(objective).to.be.at.most(tailAt(measure, Float64Array.from(paper.weights)) + 1e-6);
    });
});
