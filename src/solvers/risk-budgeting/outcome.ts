/** What the methods report, in the form that solvers answer in. */
import { primalResidual } from '../../problem/certificate-figures.ts';
import { objectiveAt } from '../../problem/certificate-figures.ts';
import type { Problem } from '../../problem/problem.ts';
import type { InfeasibilityProof, Solution, Termination } from '../../problem/solution.ts';
import type { SolverSettings } from '../../problem/solver.ts';
import type { Candidate } from '../candidate.ts';
import { noMultipliers, unsolved } from '../unsolved.ts';

export const id = 'risk-budgeting';
/** A point found before the end may break restrictions by this much, relative. */
const feasibleResidual = 1e-6;

export function optimal(candidate: Candidate, iterations: number, settings: SolverSettings, method: string): Solution {
  const { weights, multipliers, certificate } = candidate;
  const { objective, primal, dual, gap } = certificate;
  const termination = { reason: 'optimal', detail: `certified to ${settings.tolerance}; ${method}` } as const;
  return { solver: id, termination, weights, objective, multipliers, iterations, residuals: { primal, dual, gap } };
}

export function without(problem: Problem, termination: Termination, iterations: number): Solution {
  return unsolved(id, problem, termination, iterations);
}

export function infeasible(problem: Problem, proof: InfeasibilityProof, iterations: number): Solution {
  const termination = { reason: 'infeasible', detail: 'no portfolio satisfies the restrictions' } as const;
  return { ...without(problem, termination, iterations), infeasibility: proof };
}

/** Points at the asset whose range is empty. */
export function emptyRangeProof(problem: Problem, position: number): InfeasibilityProof {
  const { bounds, ...rest } = noMultipliers(problem);
  return { ...rest, bounds: bounds.map((_, i) => (i === position ? 1 : 0)), directions: [], slopes: [] };
}

/** The point if it satisfies every restriction, else nothing. */
export function stopped(
  problem: Problem,
  point: Float64Array | undefined,
  iterations: number,
  limit: 'iterations' | 'interrupted',
): Solution {
  const detail = `stopped after ${iterations} iterations`;
  const none = without(problem, { reason: 'no solution found', limit, detail }, iterations);
  if (point === undefined) return none;
  const weights = Float64Array.from(point);
  const primal = primalResidual(problem, weights);
  if (!(primal <= feasibleResidual)) return none;
  return {
    ...none,
    termination: { reason: 'feasible', limit, detail },
    weights,
    objective: objectiveAt(problem, weights),
    residuals: { primal, dual: Infinity, gap: Infinity },
  };
}
