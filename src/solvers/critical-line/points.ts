/** Evenly spaced points of a frontier, read off its corners and certified one by one. */
import { dot } from '../../math/vectors.ts';
import { certify } from '../../problem/certificate.ts';
import { objectiveAt } from '../../problem/certificate-figures.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Iterate, Solution } from '../../problem/solution.ts';
import { refuse, type Violation } from '../../values/fault.ts';
import { problemViolations } from '../problem-check/problem-check.ts';
import { finite } from '../problem-check/report.ts';
import { criticalLineId, traceCorners, type Corner } from './critical-line.ts';
import { FrontierCurve, type CurvePoint } from './curve.ts';
import { unsolved } from '../unsolved.ts';

export type FrontierStep =
  | { readonly kind: 'iterate'; readonly iterate: Iterate }
  /**
   * The least objective - lambda direction'w, from the least objective to the greatest direction'w; a numerical error where rounding has
   * left a point that does not pass its certificate.
   */
  | { readonly kind: 'point'; readonly lambda: number; readonly solution: Solution };

export type PointsEnd =
  | { readonly kind: 'traced'; readonly solver: string; readonly corners: number }
  /** There is no frontier, or the trace was stopped: infeasible with its proof, unbounded, or the best point so far. */
  | { readonly kind: 'ended'; readonly solution: Solution }
  /** Another method is to be asked. */
  | { readonly kind: 'gave-up'; readonly solver: string; readonly detail: string };

export interface PointsWanted {
  /** Its own linear term is part of the objective that is traded against the direction. */
  readonly problem: Problem;
  /** (n) */
  readonly direction: Float64Array;
  /** At least 2. */
  readonly count: number;
  /** Relative, of the certificate of every point. */
  readonly tolerance: number;
  readonly interrupted: () => boolean;
}

/** Corners between two iterates. */
const cornersPerIterate = 25;

/** Yields iterates while it traces, then `count` points, evenly spaced in direction'w. Throws INVALID_ARGUMENT with every violation. */
export function* frontierPoints(wanted: PointsWanted): Generator<FrontierStep, PointsEnd, void> {
  const { problem, direction, count, interrupted } = wanted;
  refuse([...problemViolations(problem), ...directionViolations(direction, problem)]);
  const corners: Corner[] = [];
  const steps = traceCorners(problem, direction, interrupted);
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) {
    if (corners.length % cornersPerIterate === 0)
      yield { kind: 'iterate', iterate: iterateAt(wanted, step.value, corners.length) };
    corners.push(step.value);
  }
  const end = step.value;
  const last = corners.at(-1);
  switch (end.kind) {
    case 'gave-up':
      return { kind: 'gave-up', solver: criticalLineId, detail: end.detail };
    case 'infeasible': {
      const termination = { reason: 'infeasible', detail: end.detail } as const;
      return { kind: 'ended', solution: { ...without(problem, termination), infeasibility: end.proof } };
    }
    case 'unbounded':
      return { kind: 'ended', solution: without(problem, { reason: 'unbounded', detail: end.detail }) };
    case 'stopped':
      return { kind: 'ended', solution: stopped(problem, last, end.changes) };
    case 'traced':
  }
  const curve = new FrontierCurve(problem, direction, corners);
  for (let k = 0; k < count; k++) {
    if (interrupted()) return { kind: 'ended', solution: stopped(problem, last, end.changes) };
    const isLast = k === count - 1;
    const value = curve.least + ((curve.greatest - curve.least) * k) / (count - 1);
    const point = isLast ? curve.atLambda(Infinity) : curve.atValue(value);
    yield { kind: 'point', lambda: point.lambda, solution: solutionAt(wanted, point, end.changes) };
  }
  return { kind: 'traced', solver: criticalLineId, corners: corners.length };
}

function directionViolations(direction: Float64Array, { universe }: Problem): readonly Violation[] {
  const violations: Violation[] = [];
  const report = (field: string, description: string): void => void violations.push({ field, description });
  finite(direction, universe.assets.length, 'direction', report);
  return violations;
}

/** The problem of which a point with this lambda is the optimum. */
export function problemAt(problem: Problem, direction: Float64Array, lambda: number): Problem {
  return { ...problem, linear: problem.linear.map((value, i) => value + lambda * direction[i]!) };
}

function solutionAt({ problem, direction, tolerance }: PointsWanted, point: CurvePoint, changes: number): Solution {
  const { weights, multipliers, lambda } = point;
  const certificate = certify(problemAt(problem, direction, lambda), { weights, multipliers }, tolerance);
  const { verdict, detail, objective, primal, dual, gap } = certificate;
  const reason = verdict === 'passed' ? 'optimal' : 'numerical error';
  return {
    solver: criticalLineId,
    termination: { reason, detail: verdict === 'passed' ? `certified to ${tolerance}` : detail },
    weights,
    objective,
    multipliers,
    iterations: Math.ceil(changes / cornersPerIterate),
    residuals: { primal, dual, gap },
  };
}

function iterateAt({ problem, direction }: PointsWanted, { weights, lambda }: Corner, corners: number): Iterate {
  const objective = objectiveAt(problem, weights) - lambda * dot(direction, weights);
  return { iteration: corners / cornersPerIterate, objective, primal: 0, dual: 0, gap: 0 };
}

function without(problem: Problem, termination: Solution['termination'], iterations = 0): Solution {
  return unsolved(criticalLineId, problem, termination, iterations);
}

/** The corner that the trace had come to satisfies the restrictions. */
function stopped(problem: Problem, corner: Corner | undefined, changes: number): Solution {
  const iterations = Math.ceil(changes / cornersPerIterate);
  const termination = { limit: 'interrupted', detail: 'the trace of the frontier was interrupted' } as const;
  const none = without(problem, { ...termination, reason: 'no solution found' }, iterations);
  if (corner === undefined) return none;
  const objective = objectiveAt(problem, corner.weights);
  return { ...none, termination: { ...termination, reason: 'feasible' }, weights: corner.weights, objective };
}
