import { expect } from 'chai';
import fc from 'fast-check';
import type { Count, Problem } from '../../src/problem/problem.ts';
import { countOf, randomIntegerProblem } from '../support/integer-problems.ts';
import { agreesWithEnumeration, runs, seeds, settlesAll, sizeOf, solved } from '../support/integer-solving.ts';
import { Random, problemOf, riskModel } from '../support/problems.ts';
import { randomWeights } from '../support/random-problems.ts';

/** Long-only tracking or utility over a factor model, with a holding minimum and a count. */
function countedProblem(random: Random, n: number, count: (n: number) => Count): Problem {
  const { operator } = riskModel(n, 3, random);
  const centre = randomWeights(n, random);
  const linear = random.vector(n, () => 0.05 * random.normal());
  const problem = problemOf(n, { quadratics: [{ scale: 20, operator, centre }], linear }, { upper: 0.6 });
  const domains = Array.from({ length: n }, (_, position) => ({
    position,
    intervals: [
      [0, 0],
      [0.02, 1],
    ] as const,
    origin: { constraint: 'holding', name: 'holding', text: 'holding', priority: 0 },
  }));
  return { ...problem, integrality: { domains, lots: [], counts: [count(n)] } };
}

describe('branch and bound on random integer problems', () => {
  it('finds what looking at every choice finds, and proves it; infeasible exactly when no choice has a point', () => {
    agreesWithEnumeration((seed) => randomIntegerProblem(new Random(seed), 3 + (seed % 2)));
  });

  it('settles every one of them with a proof that the check replays', () => {
    settlesAll((seed) => randomIntegerProblem(new Random(seed)), 250);
  });

  it('is never worse with one name more', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const n = 12;
        let before = Infinity;
        for (const most of [3, 4, 6, 9]) {
          const problem = countedProblem(new Random(seed), n, () => countOf(n, new Float64Array(n), 'either', 0, most));
          const solution = solved(problem);
          expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
          expect(solution.objective).to.be.at.most(before + 1e-6 * sizeOf(before));
          expect(solution.weights.filter((weight) => weight !== 0).length).to.be.at.most(most);
          before = solution.objective;
        }
      }),
      runs(12),
    );
  });

  it('gives permuted assets the same objective, and repeats bit for bit', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const n = 10;
        const counted = (): Problem =>
          countedProblem(new Random(seed), n, () => countOf(n, new Float64Array(n), 'either', 0, 4));
        const first = solved(counted());
        expect(solved(counted()).weights).to.deep.equal(first.weights);
        const turned = solved(reversed(counted()));
        expect(turned.objective).to.be.closeTo(first.objective, 2e-6 * sizeOf(first.objective));
      }),
      runs(15),
    );
  });

  it('proves a bound below the optimum however early it is stopped', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const n = 20;
        const problem = countedProblem(new Random(seed), n, () => countOf(n, new Float64Array(n), 'either', 0, 5));
        const { objective } = solved(problem);
        for (const looks of [1, 3, 8]) {
          let left = looks;
          const stopped = solved(problem, () => left-- <= 0);
          if (stopped.termination.reason === 'no solution found') continue;
          expect(['optimal', 'feasible']).to.include(stopped.termination.reason);
          expect(stopped.bound).to.be.at.most(objective + 1e-8 * sizeOf(objective));
          expect(stopped.objective).to.be.at.least(objective - 2e-6 * sizeOf(objective));
        }
      }),
      runs(10),
    );
  });
});

/** The same problem with its assets in reverse order. */
function reversed(problem: Problem): Problem {
  const turn = (values: Float64Array): Float64Array => Float64Array.from(values).reverse();
  const n = problem.lower.length;
  const [quadratic] = problem.quadratics;
  if (quadratic?.operator.kind !== 'factor' || quadratic.centre === undefined) throw new Error('a factor model');
  const { exposures, factors, specific } = quadratic.operator;
  const operator = {
    ...quadratic.operator,
    exposures: exposures.map((_, p) => exposures[(n - 1 - Math.floor(p / factors)) * factors + (p % factors)]!),
    specific: turn(specific),
  };
  return {
    ...problem,
    linear: turn(problem.linear),
    quadratics: [{ ...quadratic, operator, centre: turn(quadratic.centre) }],
  };
}
