/** The engine as the service has it: the registry of the built-in solvers, the default settings, the independent check. */
import { certify } from '../src/problem/certificate.ts';
import { objectiveAt, primalResidual } from '../src/problem/certificate-figures.ts';
import type { SymmetricOperator } from '../src/problem/operator.ts';
import type { Problem } from '../src/problem/problem.ts';
import type { Solution } from '../src/problem/solution.ts';
import { defaultSettings } from '../src/problem/solver.ts';
import type { Warm } from '../src/problem/solver.ts';
import { SolverRegistry, runToEnd } from '../src/solvers/registry.ts';
import { builtInContributions } from '../src/workers/built-in.ts';
import type { Judgement } from './contest.ts';
import { median, report } from './figure.ts';

export const registry = new SolverRegistry(builtInContributions.solvers ?? []);
const never = (): boolean => false;

/** By the solver that the registry chooses. */
export function solved(problem: Problem, warm?: Warm): Solution {
  return runToEnd(registry.solve(problem, defaultSettings, never, undefined, warm));
}

/** The solution of a problem that has one; throws when it is not certified. */
export function certified(problem: Problem, name: string): Solution {
  const solution = solved(problem);
  const { verdict, detail } = certify(problem, solution);
  if (solution.termination.reason !== 'optimal' || verdict !== 'passed')
    throw new Error(`${name}: ${solution.termination.reason}, ${solution.termination.detail}; certificate: ${detail}`);
  return solution;
}

/** How far a peer's weights are from ours. */
export function comparedTo(problem: Problem, solution: Solution): (weights: ArrayLike<number>) => Judgement {
  const ours = objectiveAt(problem, solution.weights);
  const n = solution.weights.length;
  return (weights) => {
    const w = Float64Array.from(weights).subarray(0, n);
    const gap = (objectiveAt(problem, w) - ours) / Math.max(1e-12, Math.abs(ours));
    return { gap, violation: primalResidual(problem, w) };
  };
}

/** The same problem over a risk model that nobody has seen: numbers of its own, one of them another by rounding. */
function strange(problem: Problem, round: number): Problem {
  const renewed = (operator: SymmetricOperator): SymmetricOperator => {
    const moved = (values: Float64Array): Float64Array => {
      const copy = Float64Array.from(values);
      copy[0] = copy[0]! * (1 + (round + 1) * 1e-13);
      return copy;
    };
    switch (operator.kind) {
      case 'dense':
      case 'diagonal':
        return { ...operator, entries: moved(operator.entries) };
      case 'factor': {
        const { exposures, factorCovariance, specific } = operator;
        return {
          ...operator,
          exposures: Float64Array.from(exposures),
          factorCovariance: Float64Array.from(factorCovariance),
          specific: moved(specific),
        };
      }
      case 'sum':
        return { ...operator, terms: operator.terms.map(renewed) };
    }
  };
  return {
    ...problem,
    quadratics: problem.quadratics.map((term) => ({ ...term, operator: renewed(term.operator) })),
  };
}

/** What a risk model costs once, beyond a solve: its check and what is computed from it and kept. */
export function reportPreparation(name: string, problem: Problem, solveMs: number): void {
  const times = Array.from({ length: checks }, (_, round) => {
    const fresh = strange(problem, round);
    const start = performance.now();
    solved(fresh);
    return performance.now() - start;
  });
  const note = 'the first solve over a risk model, less a later one';
  report({ case: name, metric: 'preparationMs', value: Math.max(0, median(times) - solveMs), unit: 'ms', note });
}

const checks = 5;
const warmUpMs = 200;

/** What the independent check costs beside a solve of so many milliseconds, and the relative gap that it leaves. */
export function reportCertificate(name: string, problem: Problem, solution: Solution, solveMs: number): void {
  // As compiled as the solve beside which it is put.
  for (const began = performance.now(); performance.now() - began < warmUpMs;) certify(problem, solution);
  const times = Array.from({ length: 3 * checks }, () => {
    const start = performance.now();
    certify(problem, solution);
    return performance.now() - start;
  });
  const note = `${solution.solver}; ${solution.choice ?? ''}`;
  report({ case: name, metric: 'certificateShare', value: median(times) / solveMs, unit: 'of the solve', note });
  report({ case: name, metric: 'certifiedGap', value: certify(problem, solution).gap, unit: 'relative' });
}
