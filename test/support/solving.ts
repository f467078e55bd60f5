/** One solver as its tests drive it: alone, to the end, and held to the independent check. */
import { expect } from 'chai';
import { certify } from '../../src/problem/certificate.ts';
import type { Problem } from '../../src/problem/problem.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { defaultSettings, type Solver, type SolverSettings } from '../../src/problem/solver.ts';
import { runToEnd } from '../../src/solvers/registry.ts';

export function driving(solver: Solver) {
  const solve = (problem: Problem, settings: SolverSettings = defaultSettings): Solution =>
    runToEnd(solver.solve(problem, settings, () => false));
  /** Certified to 1e-10. */
  const optimum = (problem: Problem): Solution => {
    const solution = solve(problem);
    expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
    expect(certify(problem, solution, 1e-10).verdict).to.equal('passed');
    return solution;
  };
  /** Why it does not take a problem; empty when it does. */
  const why = (problem: Problem): string => {
    const support = solver.supports(problem);
    return support.yes ? '' : support.why;
  };
  return { solve, optimum, why };
}
