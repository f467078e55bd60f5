/** Branch and bound by itself, and what must hold of it on random problems, whatever they are made of. */
import { expect } from 'chai';
import fc from 'fast-check';
import { checked } from '../../src/problem/checked-solution.ts';
import type { Problem } from '../../src/problem/problem.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { branchAndBound } from '../../src/solvers/integers/branch-and-bound.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { bestByEnumeration } from './integer-problems.ts';

const registry = new SolverRegistry([branchAndBound]);
export const solved = (problem: Problem, interrupted?: () => boolean): Solution =>
  checked(problem, runToEnd(registry.solve(problem, undefined, interrupted)));
export const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });
export const runs = (numRuns: number): fc.Parameters<[number]> => ({ numRuns, verbose: true });
export const sizeOf = (objective: number): number => Math.max(Math.abs(objective), 1e-3);

/** The optimum is that of looking at every choice; infeasible exactly when no choice has a point, and with a proof. Both must occur. */
export function agreesWithEnumeration(draw: (seed: number) => Problem): void {
  const told = { optimal: 0, infeasible: 0 };
  fc.assert(
    fc.property(seeds, (seed) => {
      const problem = draw(seed);
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
}

/** Nothing is given up: every problem ends at an optimum or at infeasibility, which the check has replayed. */
export function settlesAll(draw: (seed: number) => Problem, count: number): void {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { termination } = solved(draw(seed));
      expect(['optimal', 'infeasible'], termination.detail).to.include(termination.reason);
    }),
    runs(count),
  );
}
