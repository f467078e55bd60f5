import { expect } from 'chai';
import { verifyInfeasibility } from '../../../src/problem/certificate-infeasibility.ts';
import type { Problem } from '../../../src/problem/problem.ts';
import type { Iterate } from '../../../src/problem/solution.ts';
import { defaultSettings } from '../../../src/problem/solver.ts';
import { problemViolations } from '../../../src/solvers/problem-check/problem-check.ts';
import { runToEnd } from '../../../src/solvers/registry.ts';
import { riskBudgeting } from '../../../src/solvers/risk-budgeting/risk-budgeting.ts';
import { Random, budgetRow, denseOperator, originOf, problemOf, riskModel, rowOver } from '../../support/problems.ts';
import { riskBudgetCase } from '../../support/risk-budgets.ts';
import { driving } from '../../support/solving.ts';

const { solve, optimum, why } = driving(riskBudgeting);

const three = denseOperator([
  [0.04, 0.01, 0],
  [0.01, 0.09, 0.02],
  [0, 0.02, 0.16],
]);
const quadratics = [{ scale: 1, operator: three }];
const logarithms = Float64Array.of(0.2, 0.3, 0.5);

describe('the risk budgeting solver', () => {
  it('says why it does not take a problem', () => {
    expect(why(problemOf(3, { quadratics, logarithms }))).to.equal('');
    expect(why(problemOf(3, { quadratics }))).to.contain('no logarithms');
    expect(why(problemOf(3, { quadratics: [{ scale: -1, operator: three }], logarithms }))).to.contain('concave');
    const lots = [{ position: 0, base: 0, step: 0.1, origin: originOf('lots') }];
    const whole = { ...problemOf(3, { quadratics, logarithms }), integrality: { domains: [], lots, counts: [] } };
    expect(why(whole)).to.contain('lots');
  });

  for (const n of [50, 500])
    it(`gives ${n} names equal contributions to 1e-10, dense`, () => {
      const problem = riskBudgetCase(n);
      const { weights, termination } = optimum(problem);
      expect(termination.detail).to.contain('coordinate descent');
      const [{ operator }] = problem.quadratics as [Problem['quadratics'][0]];
      if (operator.kind !== 'dense') throw new Error('the case is dense');
      let worst = 0;
      for (let i = 0; i < n; i++) {
        let product = 0;
        for (let j = 0; j < n; j++) product += operator.entries[i * n + j]! * weights[j]!;
        worst = Math.max(worst, Math.abs(n * weights[i]! * product - 1));
      }
      expect(worst).to.be.below(1e-10);
    });

  it('solves 3000 names of a factor model without writing the covariance out', () => {
    const { operator } = riskModel(3000, 30, new Random(7));
    const problem = problemOf(3000, {
      quadratics: [{ scale: 1, operator }],
      logarithms: new Float64Array(3000).fill(1),
    });
    const { termination } = optimum(problem);
    expect(termination.detail).to.contain('Newton');
  });

  it('puts weights at their bounds exactly and prices them', () => {
    const problem = problemOf(3, { quadratics, logarithms }, { upper: 0.35, lower: [0.32, 0, 0] });
    const { weights, multipliers } = optimum(problem);
    expect(weights[1]! + weights[2]! + weights[0]!).to.be.closeTo(1, 1e-14);
    const held = [...weights].filter((value) => value === 0.35).length;
    expect(held).to.be.at.least(1);
    weights.forEach((value, i) => {
      if (value < 0.35 && value > 0.32) expect(multipliers.bounds[i]).to.equal(0);
    });
  });

  it('takes assets without a logarithm, short ones among them', () => {
    const problem = problemOf(3, { quadratics, logarithms: Float64Array.of(0.5, 0.5, 0) }, { lower: -1, rows: [] });
    const { weights } = optimum(problem);
    expect(weights[2]).to.be.below(0);
    expect(0.02 * weights[1]! + 0.16 * weights[2]!).to.be.closeTo(0, 1e-12);
  });

  it('takes returns, centres, fixed weights and repeated rows', () => {
    const centre = Float64Array.of(0.2, 0.3, 0.5);
    const linear = Float64Array.of(0.05, 0.02, 0.08);
    const rows = [budgetRow(3), budgetRow(3), rowOver([1, 1, 0], 0.2, 0.6, 'pair')];
    const objective = { quadratics: [{ scale: 4, operator: three, centre }], linear, logarithms };
    const { weights } = optimum(problemOf(3, objective, { rows, lower: [0, 0.25, 0], upper: [1, 0.25, 1] }));
    expect(weights[1]).to.equal(0.25);
  });

  it('is exact under turnover, volatility and trading cost', () => {
    const half = new Float64Array(3).fill(0.5);
    const centre = Float64Array.of(0.1, 0.1, 0.8);
    const tradeLimits = [{ centre, buyRate: half, sellRate: half, bound: 0.2, origin: originOf('turnover') }];
    const norms = [{ operator: three, bound: 0.29, origin: originOf('volatility') }];
    const rates = new Float64Array(3).fill(0.01);
    const trading = { current: centre, buyRate: rates, sellRate: rates };
    const limited = optimum(problemOf(3, { quadratics, logarithms }, { tradeLimits, norms }));
    expect(limited.termination.detail).to.contain('sequence');
    expect(limited.multipliers.tradeLimits[0]).to.be.above(0);
    optimum(problemOf(3, { quadratics, logarithms, trading }));
  });

  it('begins where another solve ended', () => {
    const { operator } = riskModel(200, 10, new Random(3));
    const problem = problemOf(
      200,
      { quadratics: [{ scale: 1, operator }], logarithms: new Float64Array(200).fill(1) },
      { rows: [] },
    );
    const cold = optimum(problem);
    const warm = runToEnd(riskBudgeting.solve(problem, defaultSettings, () => false, cold));
    expect(warm.termination.reason).to.equal('optimal');
    expect(warm.iterations).to.be.below(cold.iterations);
    cold.weights.forEach((value, i) => expect(warm.weights[i]).to.be.closeTo(value, 1e-12));
  });

  it('stops at its iteration limit and when interrupted, with its point if that holds', () => {
    const problem = riskBudgetCase(50);
    const limited = solve(problem, { ...defaultSettings, iterationsMax: 3 });
    expect(limited.termination).to.include({ reason: 'feasible', limit: 'iterations' });
    let looks = 0;
    const interrupted = runToEnd(riskBudgeting.solve(riskBudgetCase(200), defaultSettings, () => ++looks > 0));
    expect(interrupted.termination).to.include({ reason: 'feasible', limit: 'interrupted' });
    const { operator } = riskModel(100, 5, new Random(3));
    const budgeted = problemOf(100, {
      quadratics: [{ scale: 1, operator }],
      logarithms: new Float64Array(100).fill(1),
    });
    const first = solve(budgeted, { ...defaultSettings, iterationsMax: 1 });
    expect(first.termination).to.include({ reason: 'no solution found', limit: 'iterations' });
    expect(first.weights.length).to.equal(0);
  });

  it('yields iterates that come to the optimum', () => {
    const seen: Iterate[] = [];
    const problem = problemOf(3, { quadratics, logarithms });
    const { objective } = runToEnd(
      riskBudgeting.solve(problem, defaultSettings, () => false),
      (it) => seen.push(it),
    );
    expect(seen.at(-1)!.objective).to.be.closeTo(objective, 1e-12);
    const free = riskBudgetCase(50);
    const freeSeen: Iterate[] = [];
    const found = runToEnd(
      riskBudgeting.solve(free, defaultSettings, () => false),
      (it) => freeSeen.push(it),
    );
    expect(freeSeen.length).to.be.above(2);
    expect(freeSeen.at(-1)!.objective).to.be.closeTo(found.objective, 1e-10);
  });
});

describe('the risk budgeting solver without a solution', () => {
  function proven(problem: Problem): void {
    const solution = solve(problem);
    expect(solution.termination.reason, solution.termination.detail).to.equal('infeasible');
    expect(verifyInfeasibility(problem, solution.infeasibility!).proven).to.equal(true);
  }

  it('proves that caps below the budget leave nothing', () => {
    proven(problemOf(3, { quadratics, logarithms }, { upper: 0.3 }));
  });

  it('proves that a weight which cannot be positive has no logarithm', () => {
    proven(problemOf(3, { quadratics, logarithms }, { upper: [1, 0, 1] }));
    proven(problemOf(3, { quadratics, logarithms }, { lower: -1, upper: [1, -0.1, 1] }));
    const rows = [rowOver([1, 1, 0], -1, -0.1, 'short')];
    proven(problemOf(3, { quadratics, logarithms }, { lower: -1, rows }));
  });

  it('proves it under limits too', () => {
    const half = new Float64Array(3).fill(0.5);
    const centre = Float64Array.of(0, 0, 0.5);
    const tradeLimits = [{ centre, buyRate: half, sellRate: half, bound: 0.1, origin: originOf('turnover') }];
    proven(problemOf(3, { quadratics, logarithms }, { tradeLimits }));
  });

  it('says so when only weights of zero are left, and when the weights escape', () => {
    const rows = [rowOver([1, 1, 0], -Infinity, 0, 'nothing'), budgetRow(3)];
    const flat = solve(problemOf(3, { quadratics, logarithms }, { rows }));
    expect(flat.termination.reason).to.equal('no solution found');
    const endless = solve(problemOf(3, { logarithms }, { rows: [] }));
    expect(endless.termination.reason).to.be.oneOf(['no solution found', 'unbounded']);
    expect(endless.weights.length).to.equal(0);
  });

  it('is never asked to solve with budgets that are negative', () => {
    const wrong = problemOf(3, { quadratics, logarithms: Float64Array.of(1, -1, 1) });
    expect(problemViolations(wrong).map(({ field }) => field)).to.deep.equal(['logarithms[1]']);
  });
});
