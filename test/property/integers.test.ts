import { expect } from 'chai';
import fc from 'fast-check';
import { checked } from '../../src/problem/checked-solution.ts';
import type { Count, Problem } from '../../src/problem/problem.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { branchAndBound } from '../../src/solvers/integers/branch-and-bound.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { bestByEnumeration, countOf, randomIntegerProblem } from '../support/integer-problems.ts';
import { Random, problemOf, riskModel } from '../support/problems.ts';
import { randomWeights } from '../support/random-problems.ts';

const registry = new SolverRegistry([branchAndBound]);
const solved = (problem: Problem): Solution => checked(problem, runToEnd(registry.solve(problem)));
const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const runs = (numRuns: number): fc.Parameters<[number]> => ({ numRuns, verbose: true });
const sizeOf = (objective: number): number => Math.max(Math.abs(objective), 1e-3);

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
    const told = { optimal: 0, infeasible: 0 };
    fc.assert(
      fc.property(seeds, (seed) => {
        const problem = randomIntegerProblem(new Random(seed), 3 + (seed % 2));
        const best = bestByEnumeration(problem);
        const solution = solved(problem);
        const { reason, detail } = solution.termination;
        expect(reason, detail).to.equal(best === Infinity ? 'infeasible' : 'optimal');
        if (reason === 'infeasible') {
          expect(solution.proof).to.not.equal(undefined);
          told.infeasible++;
          return;
        }
        told.optimal++;
        expect(solution.objective).to.be.closeTo(best, 2e-6 * sizeOf(best));
        expect(solution.bound).to.be.at.most(best + 1e-8 * sizeOf(best));
      }),
      runs(60),
    );
    expect(Math.min(told.optimal, told.infeasible), JSON.stringify(told)).to.be.at.least(10);
  });

  it('settles every one of them with a proof that the check replays', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { termination } = solved(randomIntegerProblem(new Random(seed)));
        expect(['optimal', 'infeasible'], termination.detail).to.include(termination.reason);
      }),
      runs(250),
    );
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
          const steps = registry.solve(problem, undefined, () => left-- <= 0);
          const stopped = checked(problem, runToEnd(steps));
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
