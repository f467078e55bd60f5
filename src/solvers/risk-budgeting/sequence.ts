/**
 * Anything convex with logarithms, as a sequence of quadratic problems for the interior point: the logarithms give way to their second-order
 * models at the present weights, and the step towards the optimum of that is damped so that weights stay positive and the objective falls
 * (composite self-concordant minimization: Tran-Dinh, Kyrillidis and Cevher, Journal of Machine Learning Research 16, 2015).
 */
import { openScope } from '../../math/kernels.ts';
import { maxAbs } from '../../math/vectors.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Iterate, Solution } from '../../problem/solution.ts';
import type { SolverSettings } from '../../problem/solver.ts';
import { certificateWork, candidateAt } from '../candidate.ts';
import { interiorPoint } from '../interior-point.ts';
import { Interrupted, lookingAt } from '../interruption.ts';
import { counting, withoutLogarithms } from './contradiction.ts';
import { emptyRange, modelOf, startOf } from './model.ts';
import { emptyRangeProof, infeasible, optimal, stopped, without } from './outcome.ts';

/** Share of the way to a weight of zero. */
const stepShare = 0.9;
/** Problems after which steps become careful: their descent is proven, but they are short. */
const boldMax = 15;
/** A largest relative move below which the whole step is taken all the same. */
const wholeStep = 0.3;
/** A largest relative move after which the models are exact to rounding. */
const moveMin = 1e-5;
/** Of the largest weight: what is less and still falls to zero has no room above it. */
const vanishing = 1e-9;

export function* sequence(
  problem: Problem,
  settings: SolverSettings,
  interrupted: () => boolean,
  from?: Float64Array,
): Generator<Iterate, Solution, void> {
  const b = problem.logarithms!;
  const convex = withoutLogarithms(problem);
  let w: Float64Array = new Float64Array(0);
  let iterations = 0;
  const scope = openScope();
  try {
    const checkpoint = lookingAt(interrupted);
    const model = modelOf(problem, scope, checkpoint);
    const empty = emptyRange(model);
    if (empty >= 0) return infeasible(problem, emptyRangeProof(problem, empty), 0);
    w = from ?? startOf(model, checkpoint);
    for (let count = 0; ; count++) {
      const left = { ...settings, iterationsMax: settings.iterationsMax - iterations };
      const steps = interiorPoint.solve(modelAt(problem, convex, w), left, interrupted);
      const inner: Solution = yield* counting(steps, iterations);
      iterations += inner.iterations;
      const { reason, limit, detail } = inner.termination;
      if (reason === 'infeasible' && inner.infeasibility !== undefined)
        return infeasible(problem, inner.infeasibility, iterations);
      if (limit === 'interrupted' || limit === 'iterations') return stopped(problem, w, iterations, limit);
      if (reason !== 'optimal') return without(problem, { reason, detail }, iterations);
      const { move, fall, lost } = movesTo(inner.weights, w, b);
      if (lost !== undefined) {
        const name = problem.universe.assets[lost]!.id;
        const detail = `the restrictions seem to leave ${name} no weight above 0, where its logarithm is defined`;
        return without(problem, { reason: 'no solution found', detail }, iterations);
      }
      if (move <= moveMin) {
        checkpoint(certificateWork(problem));
        const found = candidateAt(problem, inner.weights, () => inner.multipliers);
        if (found.worst <= settings.tolerance) return optimal(found, iterations, settings, 'a sequence of quadratics');
        if (move <= settings.tolerance)
          return without(problem, { reason: 'numerical error', detail: found.certificate.detail }, iterations);
      }
      const share = count < boldMax ? Math.min(1, stepShare / fall) : move <= wholeStep ? 1 : 1 / (1 + move);
      w = w.map((value, i) => value + share * (inner.weights[i]! - value));
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return stopped(problem, w.length > 0 ? w : undefined, iterations, 'interrupted');
  } finally {
    scope.close();
  }
}

/** Largest moves relative to the weights that have a logarithm, and the first of these that vanishes. */
function movesTo(next: Float64Array, w: Float64Array, b: Float64Array) {
  const nothing = vanishing * maxAbs(w);
  let move = 0;
  let fall = 0;
  let lost: number | undefined;
  for (let i = 0; i < w.length; i++) {
    if (b[i] === 0) continue;
    const relative = next[i]! / w[i]! - 1;
    move = Math.max(move, Math.abs(relative));
    fall = Math.max(fall, -relative);
    if (w[i]! <= nothing && relative <= -1 + vanishing) lost ??= i;
  }
  return { move, fall, lost };
}

/** The problem with second-order models of its logarithms at w. */
function modelAt({ logarithms }: Problem, convex: Problem, w: Float64Array): Problem {
  const slope = w.map((value, i) => (logarithms![i]! > 0 ? logarithms![i]! / value : 0));
  const entries = w.map((value, i) => (logarithms![i]! > 0 ? slope[i]! / value : 0));
  const operator = { kind: 'diagonal', size: w.length, entries } as const;
  return {
    ...convex,
    quadratics: [...convex.quadratics, { scale: 1, operator, centre: w }],
    linear: convex.linear.map((value, i) => value + slope[i]!),
  };
}
