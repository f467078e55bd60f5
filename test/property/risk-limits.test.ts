/** Limits that can be stated in two ways have one answer, whichever way they are. */
import { expect } from 'chai';

import { budget } from '../../src/constraints/budget.ts';
import { concentration } from '../../src/constraints/concentration.ts';
import { grossExposure } from '../../src/constraints/gross-exposure.ts';
import { herfindahl } from '../../src/constraints/herfindahl.ts';
import { longExposure } from '../../src/constraints/long-exposure.ts';
import { longShort } from '../../src/constraints/long-short.ts';
import { topHoldings } from '../../src/constraints/top-holdings.ts';
import { certify } from '../../src/problem/certificate.ts';
import { compose } from '../../src/problem/problem.ts';
import type { Lowered, Objective } from '../../src/problem/problem.ts';
import type { Situation } from '../../src/problem/situation.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { branchAndBound } from '../../src/solvers/integers/branch-and-bound.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { scenarioTails } from '../../src/solvers/tails/scenario-tails.ts';
import { Random, originOf, rowOver, universeOf } from '../support/problems.ts';
import { randomOperator } from '../support/random-problems.ts';

const registry = new SolverRegistry([interiorPoint, scenarioTails]);
const whole = new SolverRegistry([interiorPoint, branchAndBound]);
const cases = Array.from({ length: 12 }, (_, seed) => seed + 1);
const n = 8;
const situation: Situation = { universe: universeOf(n), current: new Float64Array(n), cashCurrent: 1 };
const invested = budget.lower({ min: 1, max: 1 }, situation, originOf);

/** Utility with a positive definite covariance, so that the optimum is one portfolio. */
function utilityOf(seed: number): Objective {
  const random = new Random(9000 + seed);
  const { operator } = randomOperator(n, random);
  const ridge = { kind: 'diagonal', size: n, entries: new Float64Array(n).fill(0.01) } as const;
  const quadratics = [
    { scale: 2, operator },
    { scale: 1, operator: ridge },
  ];
  return { quadratics, linear: random.vector(n, () => 0.05 * random.normal()) };
}

const solved = (objective: Objective, restrictions: readonly Lowered[]): Solution =>
  solvedBy(registry, objective, restrictions);

function solvedBy(solvers: SolverRegistry, objective: Objective, restrictions: readonly Lowered[]): Solution {
  const problem = compose(situation.universe, objective, restrictions);
  const solution = runToEnd(solvers.solve(problem));
  expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
  expect(certify(problem, solution).verdict).to.equal('passed');
  return solution;
}

function same(one: Solution, other: Solution): void {
  expect(one.objective).to.be.closeTo(other.objective, 1e-8);
  one.weights.forEach((weight, i) => expect(weight).to.be.closeTo(other.weights[i]!, 1e-4));
}

describe('limits stated in two ways', () => {
  it('130/30 is a budget of 1 with a gross exposure of 1.6, or with a long exposure of 1.3', () => {
    let binding = 0;
    for (const seed of cases) {
      const objective = utilityOf(seed);
      const extension = solved(objective, [longShort.lower({ longMax: 1.3, shortMax: 0.3 }, situation, originOf)]);
      same(extension, solved(objective, [invested, grossExposure.lower({ max: 1.6 }, situation, originOf)]));
      same(extension, solved(objective, [invested, longExposure.lower({ max: 1.3 }, situation, originOf)]));
      const [gross] = grossExposure.check({ max: 1.6 }, { weights: extension.weights, cash: 0 }, situation);
      if (gross!.slack < 1e-6) binding += 1;
    }
    expect(binding).to.be.at.least(6);
  });

  it('the three largest of eight holdings are the largest of the sums of any three', () => {
    const threes: number[][] = [];
    for (let a = 0; a < n; a += 1)
      for (let b = a + 1; b < n; b += 1) for (let c = b + 1; c < n; c += 1) threes.push([a, b, c]);
    const bounds = Array.from({ length: n }, (_, position) => {
      return { position, lower: -0.1, upper: Infinity, origin: originOf('bounds') };
    });
    for (const seed of cases) {
      const objective = utilityOf(seed);
      const parameters = { count: 3, max: 0.5 + 0.02 * seed };
      const rows = threes.map((members) => {
        const coefficients = Array.from({ length: n }, (_, i) => (members.includes(i) ? 1 : 0));
        return rowOver(coefficients, -Infinity, parameters.max);
      });
      const largest = solved(objective, [invested, { bounds }, topHoldings.lower(parameters, situation, originOf)]);
      same(largest, solved(objective, [invested, { bounds }, { rows }]));
      const [verdict] = topHoldings.check(parameters, { weights: largest.weights, cash: 0 }, situation);
      const sorted = [...largest.weights].sort((one, other) => other - one);
      expect(verdict?.value).to.be.closeTo(sorted[0]! + sorted[1]! + sorted[2]!, 1e-14);
    }
  });

  it('the rule 5/10/40 is the best choice of the issuers that may stand above the threshold', () => {
    const rule = { eachMax: 0.45, threshold: 0.15, totalMax: 0.5, by: 'issuer' as const };
    const issuers = [0, 0, 1, 2, 3, 4, 4, 5];
    const assets = issuers.map((issuer, i) => ({ id: `A${String(i)}`, groups: {}, issuer: `I${String(issuer)}` }));
    const issued: Situation = { ...situation, universe: { assets } };
    const bounds = assets.map((_, position) => ({ position, lower: 0, upper: Infinity, origin: originOf('long') }));
    const rowOf = (counts: (issuer: number) => boolean, upper: number) =>
      rowOver(
        issuers.map((issuer) => (counts(issuer) ? 1 : 0)),
        -Infinity,
        upper,
      );
    for (const seed of cases.slice(0, 4)) {
      const objective = utilityOf(seed);
      const answer = solvedBy(whole, objective, [invested, concentration.lower(rule, issued, originOf)]);
      let best = Infinity;
      for (let choice = 0; choice < 64; choice += 1) {
        const isAbove = (issuer: number): boolean => (choice >> issuer) % 2 === 1;
        const rows = [0, 1, 2, 3, 4, 5].map((each) =>
          rowOf((issuer) => issuer === each, isAbove(each) ? rule.eachMax : rule.threshold),
        );
        if (choice > 0) rows.push(rowOf(isAbove, rule.totalMax));
        const problem = compose(situation.universe, objective, [invested, { bounds, rows }]);
        const { termination, objective: reached } = runToEnd(registry.solve(problem));
        if (termination.reason === 'optimal') best = Math.min(best, reached);
      }
      expect(answer.objective).to.be.closeTo(best, 1e-7);
      for (const { text, slack } of concentration.check(rule, { weights: answer.weights, cash: 0 }, issued))
        expect(slack, text).to.be.at.least(-1e-8);
    }
  });

  // DeMiguel, Garlappi, Nogales and Uppal (2009), A Generalized Approach to Portfolio Optimization, Management Science 55.
  it('a Herfindahl limit is a covariance shrunk towards the identity, by its multiplier', () => {
    for (const seed of cases) {
      const objective = utilityOf(seed);
      const lowered = herfindahl.lower({ max: 0.25 }, situation, originOf);
      const limited = solved(objective, [invested, lowered]);
      const price = limited.multipliers.norms[0]!;
      // The gradient of |w| is w / |w|, and |w| is the bound where it binds.
      const identity = { kind: 'diagonal', size: n, entries: new Float64Array(n).fill(1) } as const;
      const shrunk = {
        ...objective,
        quadratics: [...objective.quadratics, { scale: price / 0.5, operator: identity }],
      };
      const { weights } = solved(shrunk, [invested]);
      weights.forEach((weight, i) => expect(weight).to.be.closeTo(limited.weights[i]!, 1e-5));
      const [verdict] = herfindahl.check({ max: 0.25 }, { weights: limited.weights, cash: 0 }, situation);
      expect(verdict?.slack).to.be.at.least(-1e-8);
    }
  });
});
