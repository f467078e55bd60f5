/** Limits that can be stated in two ways have one answer, whichever way they are. */
import { expect } from 'chai';

import { budget } from '../../src/constraints/budget.ts';
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
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { scenarioTails } from '../../src/solvers/tails/scenario-tails.ts';
import { Random, originOf, rowOver, universeOf } from '../support/problems.ts';
import { randomOperator } from '../support/random-problems.ts';

const registry = new SolverRegistry([interiorPoint, scenarioTails]);
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

function solved(objective: Objective, restrictions: readonly Lowered[]): Solution {
  const problem = compose(situation.universe, objective, restrictions);
  const solution = runToEnd(registry.solve(problem));
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
