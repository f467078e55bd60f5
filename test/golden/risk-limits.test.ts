import { expect } from 'chai';

import { cvar } from '../../src/constraints/cvar.ts';
import { valueAtRisk } from '../../src/constraints/value-at-risk.ts';
import { certify } from '../../src/problem/certificate.ts';
import { compose } from '../../src/problem/problem.ts';
import type { Lowered, Objective } from '../../src/problem/problem.ts';
import type { ConstraintHandler, Situation } from '../../src/problem/situation.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { scenarioTails } from '../../src/solvers/tails/scenario-tails.ts';
import { normalScenarios } from '../support/normal-scenarios.ts';
import { budgetRow, originOf, rowOver, universeOf } from '../support/problems.ts';
import paper from './cases/rockafellar-uryasev-2000.json' with { type: 'json' };

const registry = new SolverRegistry([interiorPoint, scenarioTails]);
const universe = universeOf(3);
const bounds = [0, 1, 2].map((position) => ({ position, lower: 0, upper: 1, origin: originOf('long only') }));
const mean = Float64Array.from(paper.mean);
/** The paper's covariance is of monthly returns; a year of twelve such months. */
const operator = {
  kind: 'dense',
  size: 3,
  entries: Float64Array.from(paper.covariance.flat(), (x) => 12 * x),
} as const;
const scenarios = {
  count: 20_000,
  returns: normalScenarios(paper.mean, paper.covariance as [number[], number[], number[]], 20_000),
  periodsPerYear: 12,
  isPath: false,
};
const situation: Situation = {
  universe,
  current: new Float64Array(3),
  cashCurrent: 1,
  covariance: operator,
  scenarios,
};

function solved(objective: Partial<Objective>, restrictions: readonly Lowered[]) {
  const parts = [{ bounds, rows: [budgetRow(3)] }, ...restrictions];
  const problem = compose(universe, { quadratics: [], linear: new Float64Array(3), ...objective }, parts);
  const solution = runToEnd(registry.solve(problem));
  expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
  expect(certify(problem, solution).verdict).to.equal('passed');
  return solution;
}

function mostReturn<Parameters>(handler: ConstraintHandler<Parameters>, parameters: Parameters) {
  const { weights } = solved({ linear: mean }, [handler.lower(parameters, situation, originOf)]);
  const [verdict] = handler.check(parameters, { weights, cash: 0 }, situation);
  expect(verdict?.slack).to.be.at.least(-1e-8);
  return { weights, earned: weights.reduce((sum, weight, i) => sum + weight * mean[i]!, 0) };
}

describe(`limits on tail risk, as ${paper.source}`, () => {
  for (const { level, valueAtRisk: published } of paper.levels) {
    // The paper's figures subtract the mean, which is the return required.
    const parameters = {
      max: published + paper.requiredReturn,
      level,
      period: 'monthly',
      definition: 'normal-zero-mean',
    } as const;

    it(`measure the normal value at risk of the published portfolio at level ${level}`, () => {
      const [verdict] = valueAtRisk.check(
        parameters,
        { weights: Float64Array.from(paper.weights), cash: 0 },
        situation,
      );
      expect(verdict!.value - paper.requiredReturn).to.be.closeTo(published, 1.5e-6);
    });

    it(`lead to the published portfolio by the limit on value at risk at level ${level}`, () => {
      const { weights, earned } = mostReturn(valueAtRisk, parameters);
      expect(earned).to.be.closeTo(paper.requiredReturn, 1e-6);
      paper.weights.forEach((weight, i) => expect(weights[i], paper.assets[i]).to.be.closeTo(weight, 1e-3));
    });
  }

  for (const { level, cvar: published } of paper.levels.slice(0, 2)) {
    it(`lead near the published portfolio by the limit on CVaR at level ${level}, over 20,000 draws`, () => {
      const { weights, earned } = mostReturn(cvar, { max: published, level });
      // What the paper's own samples of this size are off by.
      expect(earned).to.be.closeTo(paper.requiredReturn, 3e-4);
      paper.weights.forEach((weight, i) => expect(weights[i], paper.assets[i]).to.be.closeTo(weight, 0.06));
    });

    it(`at the least CVaR for a return leave just that return, at level ${level}`, () => {
      const measure = { kind: 'cvar', scenarios: scenarios.returns, level, weight: 1 } as const;
      const floor = { rows: [rowOver(mean, paper.requiredReturn, Infinity, 'return')] };
      const { weights, objective } = solved({ tailTerms: [measure] }, [floor]);
      const most = mostReturn(cvar, { max: objective, level });
      expect(most.earned).to.be.closeTo(paper.requiredReturn, 1e-8);
      weights.forEach((weight, i) => expect(most.weights[i]).to.be.closeTo(weight, 1e-4));
    });
  }
});
