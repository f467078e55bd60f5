/** When the methods find no optimum: a proof that there is no point, a ray along which the objective falls without end, or the plain truth. */
import { maxAbs } from '../../math/vectors.ts';
import { verifyInfeasibility } from '../../problem/certificate-infeasibility.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Iterate, Solution } from '../../problem/solution.ts';
import { interiorPoint } from '../interior-point.ts';
import type { Run } from './methods.ts';
import { infeasible, without } from './outcome.ts';

/** Where the logarithms end at 0, so do the bounds. */
export function withoutLogarithms(problem: Problem): Problem {
  const { logarithms, ...rest } = problem;
  if (logarithms === undefined) return problem;
  return { ...rest, lower: rest.lower.map((value, i) => (logarithms[i]! > 0 ? Math.max(value, 0) : value)) };
}

/**
 * Asks the interior point whether the restrictions can hold at all: a proof that they cannot, or a point at which they do, from which the
 * methods may begin anew.
 */
export function* pointOrProof(run: Run, interrupted: () => boolean): Generator<Iterate, Solution, void> {
  const { problem, settings, start, reached } = run;
  const n = start.length;
  const operator = { kind: 'diagonal', size: n, entries: new Float64Array(n).fill(1) } as const;
  const nearest: Problem = {
    ...withoutLogarithms(problem),
    quadratics: [{ scale: 1 / Math.max(maxAbs(start), Number.MIN_VALUE) ** 2, operator, centre: start }],
    linear: new Float64Array(n),
  };
  const before = reached.iteration;
  const iterationsMax = Math.max(settings.iterationsMax - before, 1);
  const answer = yield* counting(interiorPoint.solve(nearest, { ...settings, iterationsMax }, interrupted), before);
  reached.iteration += answer.iterations;
  const { infeasibility, termination } = answer;
  if (infeasibility === undefined) return { ...answer, iterations: reached.iteration };
  if (verifyInfeasibility(problem, infeasibility).proven) return infeasible(problem, infeasibility, reached.iteration);
  return without(problem, { ...termination, reason: 'no solution found' }, reached.iteration);
}

/** Iterations go on counting from one problem to the next. */
export function* counting(
  steps: Generator<Iterate, Solution, void>,
  before: number,
): Generator<Iterate, Solution, void> {
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    yield { ...step.value, iteration: before + step.value.iteration };
  }
}
