import { expect } from 'chai';
import fc from 'fast-check';
import type { Norm, Problem } from '../../src/problem/problem.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { countedProblem } from '../support/integer-cases.ts';
import { randomLimitedProblem } from '../support/integer-problems.ts';
import { agreesWithEnumeration, runs, seeds, settlesAll, sizeOf, solved } from '../support/integer-solving.ts';
import { Random, originOf, riskModel, rowOver } from '../support/problems.ts';

/** The greatest return of few names near a benchmark, in any order of the assets; `more` goes on top. */
function nearBenchmark(seed: number, n: number, more: (norm: Norm) => Partial<Problem>): Problem {
  const random = new Random(seed);
  const { operator, market } = riskModel(n, 3, random);
  const linear = random.vector(n, () => 0.05 + 0.03 * random.normal());
  const problem = countedProblem(n, { linear }, { minimum: 0, maximum: 5, least: 0.02, most: 0.4 });
  const norm = { operator, centre: market, bound: 0.1, origin: originOf('tracking error') };
  const added = more(norm);
  return { ...problem, ...added, rows: [...problem.rows, ...(added.rows ?? [])] };
}

function optimal(problem: Problem): Solution {
  const solution = solved(problem);
  expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
  return solution;
}

describe('branch and bound under limits on lengths and soft restrictions', () => {
  it('finds what looking at every choice finds, and proves it; infeasible exactly when no choice has a point', () => {
    agreesWithEnumeration((seed) => randomLimitedProblem(new Random(seed), 3));
  });

  it('settles every one of them with a proof that the check replays', () => {
    settlesAll((seed) => randomLimitedProblem(new Random(seed), 5), 80);
  });

  it('is never worse with a wider limit, a lower penalty, or a penalty instead of a limit', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const n = 12;
        const costs = [
          (norm: Norm): Partial<Problem> => ({ norms: [norm] }),
          (norm: Norm): Partial<Problem> => ({ norms: [{ ...norm, bound: 0.12 }] }),
          (norm: Norm): Partial<Problem> => ({ norms: [{ ...norm, bound: 0.12, penalty: 1 }] }),
          (norm: Norm): Partial<Problem> => ({ norms: [{ ...norm, bound: 0.12, penalty: 0.2 }] }),
        ].map((limits) => {
          const solution = solved(nearBenchmark(seed, n, limits));
          expect(['optimal', 'infeasible'], solution.termination.detail).to.include(solution.termination.reason);
          return solution.termination.reason === 'optimal' ? solution.objective : Infinity;
        });
        costs.slice(1).forEach((cost, k) => {
          if (costs[k]! < Infinity) expect(cost).to.be.at.most(costs[k]! + 2e-6 * sizeOf(cost));
        });
      }),
      runs(8),
    );
  });

  it('keeps a soft row like a hard one where the penalty is beyond its price, and pays where it is not', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const n = 12;
        const sector = rowOver(
          Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1 : 0)),
          -Infinity,
          0.3,
          'sector',
        );
        const under = (penalty?: number): Problem =>
          nearBenchmark(seed, n, (norm) => ({
            norms: [{ ...norm, bound: 0.3 }],
            rows: [penalty === undefined ? sector : { ...sector, penalty }],
          }));
        const [hard, dear, cheap] = [optimal(under()), optimal(under(100)), optimal(under(1e-3))];
        expect(dear.objective).to.be.closeTo(hard.objective, 2e-6 * sizeOf(hard.objective));
        expect(cheap.objective).to.be.at.most(hard.objective + 2e-6 * sizeOf(hard.objective));
      }),
      runs(8),
    );
  });

  it('proves a bound below the optimum however early it is stopped, and repeats bit for bit', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const problem = (): Problem => nearBenchmark(seed, 16, (norm) => ({ norms: [{ ...norm, bound: 0.2 }] }));
        const { objective, weights } = optimal(problem());
        expect(optimal(problem()).weights).to.deep.equal(weights);
        for (const looks of [1, 4, 16, 64]) {
          let left = looks;
          const stopped = solved(problem(), () => left-- <= 0);
          if (stopped.termination.reason === 'no solution found') continue;
          expect(['optimal', 'feasible'], stopped.termination.detail).to.include(stopped.termination.reason);
          expect(stopped.bound).to.be.at.most(objective + 1e-8 * sizeOf(objective));
          expect(stopped.objective).to.be.at.least(objective - 2e-6 * sizeOf(objective));
        }
      }),
      runs(6),
    );
  });
});
