/** Risk budgets: convex quadratic terms with logarithms, over bounds and rows by methods of its own, over all else by a sequence of quadratics. */
import { openScope } from '../../math/kernels.ts';
import { featuresOf } from '../../problem/features.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Iterate, Solution } from '../../problem/solution.ts';
import type { Solver, SolverSettings, Support, Warm } from '../../problem/solver.ts';
import { interiorPoint } from '../interior-point.ts';
import { Interrupted, lookingAt } from '../interruption.ts';
import { counting, pointOrProof, withoutLogarithms } from './contradiction.ts';
import { methods, newton, type Reached, type Run } from './methods.ts';
import { beginning, emptyRange, modelOf } from './model.ts';
import { emptyRangeProof, id, infeasible, stopped } from './outcome.ts';
import { sequence } from './sequence.ts';

export const riskBudgeting: Solver = {
  id,
  title: 'Risk budgeting',
  version: '1.0.0',
  references: [
    'Spinu, An Algorithm for Computing Risk Parity Weights (2013), ssrn.com/abstract=2297383',
    'Griveau-Billion, Richard and Roncalli, A Fast Algorithm for Computing High-dimensional Risk Parity Portfolios, arXiv 1311.4057 (2013)',
    'Richard and Roncalli, Constrained Risk Budgeting Portfolios: Theory, Algorithms, Applications & Puzzles, arXiv 1902.05710 (2019)',
    'Mehrotra, On the Implementation of a Primal-Dual Interior Point Method, SIAM J. Optimization 2 (1992)',
  ],
  capabilities: [
    'convex quadratic terms with logarithms of weights in the objective: risk budgets',
    'dense, diagonal and factor covariances, with centres; factor models are never written out',
    'bounds and linear rows exactly at their sides; multipliers; a proof when no portfolio exists',
    'trading cost, trade limits and norm limits by a sequence of quadratic problems',
  ],
  supports,
  solve,
};

function supports(problem: Problem): Support {
  const features = featuresOf(problem);
  if (!features.has('logarithms')) return { yes: false, why: 'the objective has no logarithms' };
  if (problem.quadratics.some(({ scale }) => scale < 0)) return { yes: false, why: 'a quadratic term is concave' };
  if (features.has('soft')) return { yes: false, why: 'it takes no soft restrictions beside logarithms' };
  return features.size === 1 ? { yes: true } : interiorPoint.supports(withoutLogarithms(problem));
}

function* solve(
  problem: Problem,
  settings: SolverSettings,
  interrupted: () => boolean,
  warm?: Warm,
): Generator<Iterate, Solution, void> {
  if (featuresOf(problem).size > 1) return yield* sequence(problem, settings, interrupted);
  const reached: Reached = { iteration: 0 };
  const scope = openScope();
  try {
    const checkpoint = lookingAt(interrupted);
    const model = modelOf(problem, scope, checkpoint);
    const empty = emptyRange(model);
    if (empty >= 0) return infeasible(problem, emptyRangeProof(problem, empty), 0);
    const start = beginning(model, warm, checkpoint);
    const run: Run = { problem, model, settings, checkpoint, reached, start, scope };
    const answer = yield* methods(run);
    return typeof answer === 'string' ? yield* anew(run, answer, interrupted) : answer;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return stopped(problem, reached.point?.(), reached.iteration, 'interrupted');
  } finally {
    scope.close();
  }
}

/** Smallest weight, relative to the mean one, at which a method may begin again. */
const smallest = 1e-3;
/** Weights below this share of the mean one may have no room above zero: whether they have, the sequence finds out sooner. */
const roomless = 1e-9;

/**
 * After methods that found no optimum: the proof that there is no point, or the same from a point that satisfies the restrictions, and at
 * last by a sequence of quadratics. @param why the methods ended.
 */
function* anew(run: Run, why: string, interrupted: () => boolean): Generator<Iterate, Solution, void> {
  const { problem, settings, reached } = run;
  const found = yield* pointOrProof(run, interrupted);
  if (found.termination.reason !== 'optimal') return { ...found, solver: id };
  const b = run.model.budgets;
  const held = found.weights.filter((_, i) => b[i]! > 0);
  const mean = held.reduce((total, value) => total + value, 0) / held.length;
  const start = found.weights.map((value, i) => (b[i]! > 0 ? Math.max(value, smallest * mean) : value));
  let second = 'some weights have no room above zero';
  if (held.every((value) => value > roomless * mean)) {
    const answer = yield* newton(run, start);
    if (typeof answer !== 'string') return answer;
    second = answer;
  }
  const iterationsMax = settings.iterationsMax - reached.iteration;
  if (iterationsMax <= 0) return stopped(problem, found.weights, reached.iteration, 'iterations');
  const steps = sequence(problem, { ...settings, iterationsMax }, interrupted, start);
  const last = yield* counting(steps, reached.iteration);
  const { termination } = last;
  const detail = `${why}; from a point that holds: ${second}; by a sequence of quadratics: ${termination.detail}`;
  const iterations = reached.iteration + last.iterations;
  return {
    ...last,
    iterations,
    termination: termination.reason === 'optimal' ? termination : { ...termination, detail },
  };
}
