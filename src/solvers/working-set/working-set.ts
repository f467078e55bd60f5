/** Active-set method on a growing set of assets, for dense covariances of which few rows need reading. */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { openScope, type Scope } from '../../math/kernels.ts';
import type { SymmetricOperator } from '../../problem/operator.ts';
import { lacking } from '../../problem/features.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Iterate, Multipliers, Solution } from '../../problem/solution.ts';
import type { Solver, SolverSettings, Support, Warm } from '../../problem/solver.ts';
import { objectiveAt, primalResidual } from '../../problem/certificate-figures.ts';
import { maxAbs } from '../../math/vectors.ts';
import { candidateAt, certificateWork, type Candidate } from '../candidate.ts';
import { Interrupted, lookingAt } from '../interruption.ts';
import { unsolved } from '../unsolved.ts';
import { WorkingSetModel } from './model.ts';
import { begin, iterateOf, pivots, rounds, type Ending, type Reached } from './phases.ts';
import type { Search } from './search.ts';

const id = 'working-set';
const rowsMax = 20;
/** Curvature lent to singular covariances, relative, and how often its anchor may move. */
const ridgeShare = 1e-7;
const anchorsMax = 40;
/** The same for the last equations: there is nowhere left to go, and flat directions are to stay where they are. */
const lastRidgeShare = 1e-3;
/** A ridge that pulls no harder than this, relative to the largest slope, is of no account. */
const ridgePull = 1e-12;
const rounding = 1e-15;
/** A point found before the end may break restrictions by this much, relative. */
const feasibleResidual = 1e-6;

export const workingSet: Solver = {
  id,
  title: 'Working-set active set',
  version: '1.0.0',
  references: [
    'Nocedal and Wright, Numerical Optimization, 2nd ed. (2006), 16.5',
    'Kunisch and Rendl, An Infeasible Active Set Method for Quadratic Problems with Simple Bounds, SIAM J. Optimization 14 (2003)',
    'Perold, Large-Scale Portfolio Optimization, Management Science 30 (1984)',
  ],
  capabilities: [
    'convex quadratic terms with a dense covariance among them, with centres',
    `bounds, and at most ${rowsMax} linear rows`,
    'weights at their bounds exactly; multipliers; hands over what it cannot finish',
  ],
  supports,
  solve,
};

function supports(problem: Problem): Support {
  const no = (why: string): Support => ({ yes: false, why });
  if (problem.quadratics.some(({ scale }) => scale < 0)) return no('a quadratic term is concave');
  if (!problem.quadratics.some(({ scale, operator }) => scale > 0 && hasDense(operator)))
    return no('no quadratic term has a dense covariance');
  const why = lacking(problem, []);
  if (why !== undefined) return no(why);
  if (problem.rows.length > rowsMax) return no(`it takes at most ${rowsMax} rows`);
  return { yes: true };
}

function hasDense(operator: SymmetricOperator): boolean {
  return operator.kind === 'dense' || (operator.kind === 'sum' && operator.terms.some(hasDense));
}

function* solve(
  problem: Problem,
  settings: SolverSettings,
  interrupted: () => boolean,
  warm?: Warm,
): Generator<Iterate, Solution, void> {
  const reached: Reached = { iteration: 0 };
  const scope = openScope();
  try {
    return yield* iterate(scope, problem, settings, warm, lookingAt(interrupted), reached);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return stopped(problem, reached, 'interrupted');
  } finally {
    scope.close();
  }
}

/** Why it hands the problem over. */
const reasons: Readonly<Record<Exclude<Ending, 'settled' | 'limit'>, string>> = {
  stuck: 'the rounds and the pivots end without an optimum',
  singular: 'the covariance of the free assets is singular to rounding',
  outside: 'found no point that meets every restriction, and does not prove that there is none',
};

/** @throws Interrupted from `checkpoint`. */
function* iterate(
  scope: Scope,
  problem: Problem,
  settings: SolverSettings,
  warm: Warm | undefined,
  checkpoint: Checkpoint,
  reached: Reached,
): Generator<Iterate, Solution, void> {
  const crossing = problem.lower.findIndex((value, i) => value > problem.upper[i]!);
  if (crossing >= 0) return gaveUp(problem, reached, `the bounds of asset ${crossing} cross`);
  const model = new WorkingSetModel(scope, problem, checkpoint);
  const search = begin(scope, model, warm, checkpoint, reached);
  reached.search = search;
  yield iterateOf(reached, search, Infinity, Infinity);
  checkpoint(Infinity);
  let single = false;
  for (let anchor = 0; anchor < anchorsMax; anchor++) {
    let ending: Ending = single ? 'stuck' : yield* rounds(search, settings, reached);
    if (ending === 'stuck') {
      single = true;
      ending = yield* pivots(search, settings, reached);
    }
    if (ending === 'limit') return stopped(problem, reached, 'iterations');
    if (ending === 'singular' && model.ridge === 0) {
      model.ridge = ridgeShare * model.largestDiagonal;
      anchorHere(search);
      continue;
    }
    if (ending !== 'settled') return gaveUp(problem, reached, reasons[ending]);
    const moved = maxAbs(search.w.map((value, i) => value - model.anchor[i]!));
    if (model.ridge === 0 || model.ridge * moved <= ridgePull * model.slopeScale) {
      const candidate = finished(problem, search, checkpoint);
      if (candidate === undefined) return gaveUp(problem, reached, reasons.singular);
      if (candidate.worst <= settings.tolerance) return optimal(candidate, reached.iteration, settings);
      return gaveUp(problem, reached, `the certificate failed: ${candidate.certificate.detail}`);
    }
    anchorHere(search);
  }
  return gaveUp(problem, reached, 'the covariance is too flat to settle');
}

/** The ridge then pulls towards the present weights. */
function anchorHere(search: Search): void {
  search.model.anchor = Float64Array.from(search.w);
  search.restart();
}

/** Solves the equations of the last face once more, from a fresh slope, so that what is left is rounding. */
function finished(problem: Problem, search: Search, checkpoint: Checkpoint): Candidate | undefined {
  const { model, factor, w } = search;
  const { n } = model;
  if (model.ridge > 0) {
    model.ridge = lastRidgeShare * model.largestDiagonal;
    model.anchor = Float64Array.from(w);
  }
  search.restart();
  // Rotations keep the factor as good as new; a ridge that has changed does not.
  if (model.ridge > 0 && !factor.refresh([...factor.free])) return undefined;
  search.step(search.solveFace(), 1);
  const { prices } = search.solveFace();
  const weights = w.slice(0, n).map((value, i) => snapped(value, model.lower[i]!, model.upper[i]!));
  const reduced = search.reduced(prices);
  const bounds = weights.map((_, i) => {
    const multiplier = -model.scale * reduced[i]!;
    const side = model.lower[i] === model.upper[i] ? Math.sign(multiplier) : search.sides[i]!;
    return side * multiplier > 0 ? multiplier : 0;
  });
  const multipliers: Multipliers = {
    rows: prices.map((price) => model.scale * price),
    bounds,
    norms: new Float64Array(0),
    tradeLimits: new Float64Array(0),
  };
  checkpoint(certificateWork(problem));
  return candidateAt(problem, weights, () => multipliers);
}

/** Free weights that end at a bound but for rounding stand on it. */
function snapped(value: number, lower: number, upper: number): number {
  if (value <= lower + rounding * Math.max(1, Math.abs(lower))) return lower;
  return value >= upper - rounding * Math.max(1, Math.abs(upper)) ? upper : value;
}

function optimal(candidate: Candidate, iterations: number, settings: SolverSettings): Solution {
  const { weights, multipliers, certificate } = candidate;
  const { objective, primal, dual, gap } = certificate;
  const detail = `certified to ${settings.tolerance}`;
  const termination = { reason: 'optimal', detail } as const;
  return { solver: id, termination, weights, objective, multipliers, iterations, residuals: { primal, dual, gap } };
}

function gaveUp(problem: Problem, { iteration }: Reached, detail: string): Solution {
  return unsolved(id, problem, { reason: 'no solution found', detail }, iteration);
}

/** The present point, or the one that it began with, when it meets every restriction. */
function stopped(problem: Problem, reached: Reached, limit: 'iterations' | 'interrupted'): Solution {
  const none = gaveUp(problem, reached, limit === 'interrupted' ? 'interrupted' : 'the iteration limit was reached');
  for (const point of [reached.search?.w, reached.start]) {
    if (point === undefined) continue;
    const weights = point.slice(0, problem.lower.length);
    const primal = primalResidual(problem, weights);
    if (!(primal <= feasibleResidual)) continue;
    return {
      ...none,
      termination: { reason: 'feasible', limit, detail: none.termination.detail },
      weights,
      objective: objectiveAt(problem, weights),
      residuals: { ...none.residuals, primal },
    };
  }
  return { ...none, termination: { ...none.termination, limit } };
}
