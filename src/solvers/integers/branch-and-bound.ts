/** Branch and bound over the choices of an integer problem, bounded by its perspective relaxation. */
import { lacking } from '../../problem/features.ts';
import { withGroupHoldings } from '../../problem/more-positions.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Iterate, Solution } from '../../problem/solution.ts';
import type { Solver, SolverSettings, Support } from '../../problem/solver.ts';
import { Interrupted, lookingAt } from '../interruption.ts';
import { anyPoint, asksForAnyPoint, withoutObjective, withSmallestWeights } from './any-point.ts';
import { branchAndBoundId } from './branch-and-bound-id.ts';
import { unlistable } from './choices.ts';
import { unsolvable } from './convex-problem.ts';
import { denseMax, isFactored } from './curvature.ts';
import { narrowed } from './expansion.ts';
import { concluded } from './outcome.ts';
import { Preparation } from './preparation.ts';
import type { TreeSearch } from './tree-search.ts';

/** Nodes that count as one iteration. */
const nodesPerIteration = 100;
/** Gap at which the search ends: a little inside the one at which a solution counts as optimal. */
const gapMin = 5e-7;

export const branchAndBound: Solver = {
  id: branchAndBoundId,
  title: 'Branch and bound with perspective bounds',
  version: '1.0.0',
  references: [
    'Frangioni and Gentile, Perspective cuts for a class of convex 0-1 mixed integer programs, Math. Programming 106 (2006)',
    'Gunluk and Linderoth, Perspective reformulations of mixed integer nonlinear programs, Math. Programming 124 (2010)',
    'Zheng, Sun and Li, Improving the performance of MIQP solvers for quadratic programs with cardinality and minimum threshold constraints, INFORMS J. Computing 26 (2014)',
  ],
  capabilities: [
    'counts of names, trades, buys and sells; gaps in the weights; round lots; the sum of holdings above a threshold',
    'convex quadratic terms with centres, trading costs, bounds, linear rows, trade limits',
    'limits on norms (volatility, tracking error), several of each',
    'soft rows, limits on trades and norms at a price per unit; norms as terms of the objective',
    `an iteration is ${nodesPerIteration} nodes; optimal means a proven relative gap of at most 1e-6`,
    'the best portfolio so far with its proven gap, whenever it is stopped',
  ],
  supports,
  solve,
};

function supports(problem: Problem): Support {
  const no = (why: string): Support => ({ yes: false, why });
  const { integrality } = problem;
  if (integrality === undefined) return no('the problem has no counts, lots, gaps or limits on large holdings');
  const why =
    lacking(problem, ['integrality', 'concentration', 'trading-cost', 'pieces', 'trade-limits', 'norms', 'soft']) ??
    unlistable(problem) ??
    unsolvable(problem);
  if (why !== undefined) return no(why);
  if (problem.quadratics.some(({ scale }) => scale < 0)) return no('a quadratic term is concave');
  if (problem.norms.some(({ bound, penalty }) => bound === 0 && penalty === undefined))
    return no('a norm is held at 0, which equations say better');
  const quadratics = [...problem.quadratics, ...problem.norms.map(({ operator }) => ({ scale: 1, operator }))];
  if (problem.lower.length > denseMax && !isFactored({ quadratics }))
    return no(`it takes at most ${denseMax} assets with a dense covariance`);
  return { yes: true };
}

function* solve(
  problem: Problem,
  settings: SolverSettings,
  interrupted: () => boolean,
): Generator<Iterate, Solution, void> {
  const whole = withGroupHoldings(problem);
  const solution = asksForAnyPoint(whole)
    ? withoutObjective(yield* solveSingle(withSmallestWeights(whole), settings, interrupted, whole))
    : yield* solveSingle(whole, settings, interrupted);
  return whole === problem ? solution : narrowed(problem, solution);
}

/** Of a problem that speaks of single positions; the first portfolio ends the search where any point of another problem will do. */
function* solveSingle(
  problem: Problem,
  settings: SolverSettings,
  interrupted: () => boolean,
  anyOf?: Problem,
): Generator<Iterate, Solution, void> {
  let preparation: Preparation | undefined;
  let search: TreeSearch | undefined;
  try {
    if (interrupted()) throw new Interrupted();
    preparation = new Preparation(problem, lookingAt(interrupted), interrupted, anyOf !== undefined);
    for (const step of preparation.searches()) {
      search = step;
      yield iterateOf(search, preparation, 0);
      if (anyOf !== undefined && preparation.best !== undefined) return anyPoint(anyOf, preparation.best, 1);
    }
    let last = Infinity;
    for (let iteration = 0; search?.done === false;) {
      if (interrupted()) throw new Interrupted();
      search.next();
      const reached = Math.floor(search.nodes / nodesPerIteration);
      if (anyOf !== undefined && preparation.best !== undefined) return anyPoint(anyOf, preparation.best, reached + 1);
      if (reached > iteration || preparation.cutoff < last) yield iterateOf(search, preparation, reached);
      iteration = reached;
      last = preparation.cutoff;
      if (iteration >= settings.iterationsMax) return concluded(problem, preparation, search, iteration, 'iterations');
      if (search.gap <= gapMin) break;
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return concluded(problem, preparation, search, Math.floor((search?.nodes ?? 0) / nodesPerIteration), 'interrupted');
  }
  return concluded(problem, preparation, search, Math.ceil((search?.nodes ?? 0) / nodesPerIteration), undefined);
}

function iterateOf(search: TreeSearch, { cutoff }: Preparation, iteration: number): Iterate {
  return { iteration, objective: cutoff, primal: cutoff < Infinity ? 0 : Infinity, dual: 0, gap: search.gap };
}
