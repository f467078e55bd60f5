/** Solutions of the tail solver: what it ends with, however it ends. */
import { objectiveAt, primalResidual } from '../../problem/certificate-figures.ts';
import { verifyInfeasibility } from '../../problem/certificate-infeasibility.ts';
import type { Problem } from '../../problem/problem.ts';
import type { InfeasibilityProof, Solution, Termination } from '../../problem/solution.ts';
import type { Candidate } from '../candidate.ts';
import { noMultipliers, unsolved } from '../unsolved.ts';

export const id = 'scenario-tails';

/** A point found before the end may break restrictions by this much, relative. */
const feasibleResidual = 1e-6;

/** How far a solve has come: what an interruption, at whatever moment, finds to return. */
export interface Reached {
  iteration: number;
  /** Weights of the rounds so far that may hold, the latest last. */
  points: Float64Array[];
}

export function optimal(candidate: Candidate, iterations: number, tolerance: number): Solution {
  const { weights, multipliers, certificate } = candidate;
  const { objective, primal, dual, gap } = certificate;
  const termination = { reason: 'optimal', detail: `certified to ${tolerance}` } as const;
  return { solver: id, termination, weights, objective, multipliers, iterations, residuals: { primal, dual, gap } };
}

export function without(problem: Problem, termination: Termination, iterations: number): Solution {
  return unsolved(id, problem, termination, iterations);
}

export function gaveUp(problem: Problem, detail: string, { iteration }: Reached): Solution {
  return without(problem, { reason: 'no solution found', detail }, iteration);
}

/** The best of the latest points that hold. */
export function stopped(problem: Problem, reached: Reached, limit: 'iterations' | 'interrupted'): Solution {
  const detail = limit === 'interrupted' ? 'interrupted' : 'the iteration limit was reached';
  const none = without(problem, { reason: 'no solution found', limit, detail }, reached.iteration);
  let best: Solution | undefined;
  for (const weights of reached.points) {
    const primal = primalResidual(problem, weights);
    if (!(primal <= feasibleResidual)) continue;
    const objective = objectiveAt(problem, weights);
    if (best !== undefined && !(objective < best.objective)) continue;
    const termination: Termination = { reason: 'feasible', limit, detail };
    best = { ...none, termination, weights, objective, residuals: { ...none.residuals, primal } };
  }
  return best ?? none;
}

/** undefined when the proof does not convince the independent check. */
export function infeasible(problem: Problem, proof: InfeasibilityProof, iterations: number): Solution | undefined {
  if (!verifyInfeasibility(problem, proof).proven) return undefined;
  const termination: Termination = { reason: 'infeasible', detail: 'no portfolio satisfies the restrictions' };
  return { ...without(problem, termination, iterations), infeasibility: proof };
}

/** Remembers a point for an early end. */
export function remember(reached: Reached, weights: Float64Array): void {
  reached.points.push(weights);
  if (reached.points.length > pointsMax) reached.points.shift();
}

const pointsMax = 3;

/** A side the wrong way round needs no solver. */
export function crossingProof(problem: Problem): InfeasibilityProof | undefined {
  const { lower, upper, rows } = problem;
  const none = noMultipliers(problem);
  const asset = lower.findIndex((side, i) => side > upper[i]!);
  const row = rows.findIndex((one) => one.lower > one.upper);
  if (asset < 0 && row < 0) return undefined;
  if (asset >= 0) none.bounds[asset] = 1;
  else none.rows[row] = 1;
  const zeros = (): Float64Array => new Float64Array(lower.length);
  return { ...none, directions: problem.norms.map(zeros), slopes: problem.tradeLimits.map(zeros) };
}
