/** Dual semismooth Newton in factor space: fast, exact at zero and at "no trade", and unable to prove that nothing exists. */
import { openScope, type Scope } from '../../math/kernels.ts';
import { lacking } from '../../problem/features.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Iterate, Solution, Termination } from '../../problem/solution.ts';
import type { Solver, SolverSettings, Support, Warm } from '../../problem/solver.ts';
import { leavesOf } from '../atoms.ts';
import { better, candidateAt, type Candidate } from '../candidate.ts';
import { Interrupted, lookingAt } from '../interruption.ts';
import type { Direction, FactorDual } from './dual.ts';
import { diagonalOfTerms, factorFormOf, type FactorForm } from './form.ts';
import { iterateOf, multipliersOf, residualOf } from './outcome.ts';
import { startOf } from './start.ts';
import { stepAlong } from './search.ts';
import { NewtonSystem } from './system.ts';
import { unsolved } from '../unsolved.ts';

const id = 'factor-newton';
const rowsMax = 50;
/** Where it converges it takes about 6 iterations, and 20 at most on hard problems; beyond this the next solver is faster. */
const iterationsCap = 40;
/** Curvature added to row prices, relative to the one they would have were all assets free. Vanishes at the optimum. */
const regularization = 1e-8;
/** Residuals at which the certificate is asked: at once, and when the iteration improves no further. */
const settled = 1e-11;
const nearlySettled = 1e-7;
/** A point counts at once when its certificate is better than asked for by this factor. */
const earlyShare = 1e-2;
/** Prices and weights are recomputed from scratch after so many steps, or when the last ones do not improve, lest rounding adds up. */
const refreshEvery = 8;

export const factorNewton: Solver = {
  id,
  title: 'Dual Newton in factor space',
  version: '1.0.0',
  references: [
    'Qi and Sun, A nonsmooth version of Newton’s method, Mathematical Programming 58 (1993)',
    'Li, Sun and Toh, A highly efficient semismooth Newton augmented Lagrangian method for solving Lasso problems, SIAM J. Optimization 28 (2018)',
    'Perold, Large-scale portfolio optimization, Management Science 30 (1984)',
  ],
  capabilities: [
    'quadratic terms that add up to a positive diagonal plus low rank: factor and diagonal covariances, with centres',
    `bounds, and up to ${rowsMax} linear rows`,
    'linear trading cost with different buy and sell rates, quadratic impact; weights that do not trade are exactly the current ones',
    'multipliers; where it finds no optimum it says so and proves nothing',
  ],
  supports,
  solve,
};

function supports(problem: Problem): Support {
  const why = lacks(problem);
  return why === undefined ? { yes: true } : { yes: false, why };
}

function lacks(problem: Problem): string | undefined {
  const { quadratics, rows } = problem;
  const why = lacking(problem, ['trading-cost']);
  if (why !== undefined) return why;
  if (rows.length > rowsMax) return `it takes ${rowsMax} linear rows at most; there are ${rows.length}`;
  if (quadratics.some(({ scale }) => scale < 0)) return 'a quadratic term is concave';
  if (quadratics.some(({ operator }) => leavesOf(operator).some((leaf) => leaf.kind === 'dense')))
    return 'a covariance is dense';
  if (!allPositive(diagonalOfTerms(problem))) return 'some asset has no specific risk';
  return undefined;
}

function allPositive(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (!(values[i]! > 0)) return false;
  return true;
}

function* solve(
  problem: Problem,
  settings: SolverSettings,
  interrupted: () => boolean,
  warm?: Warm,
): Generator<Iterate, Solution, void> {
  const scope = openScope();
  try {
    const form = factorFormOf(scope, problem, lookingAt(interrupted));
    return yield* iterate(scope, problem, form, settings, interrupted, warm);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return without(problem, stoppedBy('interrupted', 0), 0);
  } finally {
    scope.close();
  }
}

function* iterate(
  scope: Scope,
  problem: Problem,
  form: FactorForm,
  { tolerance, iterationsMax }: SolverSettings,
  interrupted: () => boolean,
  warm: Warm | undefined,
): Generator<Iterate, Solution, void> {
  const { dual, isWarm } = startOf(scope, form, warm);
  const system = new NewtonSystem(scope, dual, addedCurvature(dual));
  let best: Candidate | undefined;
  let before = Infinity;
  for (let iteration = 0; ; iteration++) {
    const residual = residualOf(dual);
    yield iterateOf(dual, iteration);
    const improves = residual <= 0.5 * before;
    before = residual;
    if (residual <= settled || (residual <= nearlySettled && !improves)) {
      best = better(best, candidateOf(problem, dual));
      if (best.worst <= tolerance * earlyShare) return optimal(best, iteration, tolerance);
      if (!improves) return lastly(problem, best, iteration, tolerance);
    }
    if (interrupted()) return without(problem, stoppedBy('interrupted', iteration), iteration);
    if (iteration >= Math.min(iterationsMax, iterationsCap))
      return without(problem, stoppedBy('iterations', iteration), iteration);
    const direction = iteration === 0 && !isWarm ? towardsFirstRow(dual, system) : newtonDirection(dual, system);
    const step = stepAlong(dual, direction);
    if (step === Infinity) return without(problem, endless, iteration);
    if (!(step > 0)) return lastly(problem, better(best, candidateOf(problem, dual)), iteration, tolerance);
    dual.move(direction, step);
    if ((residual <= nearlySettled && !improves) || iteration % refreshEvery === refreshEvery - 1) dual.refresh();
  }
}

/** (m) */
function addedCurvature({ form }: FactorDual): Float64Array {
  const { inverse } = form.responses;
  return Float64Array.from(form.rows, ({ positions, coefficients }) => {
    let whole = 0;
    for (let e = 0; e < positions.length; e++) whole += coefficients[e]! * coefficients[e]! * inverse[positions[e]!]!;
    return regularization * (whole > 0 ? whole : 1);
  });
}

/** The first step: the price of the first row that is broken, most often the budget. A Newton step where none is. */
function towardsFirstRow(dual: FactorDual, system: NewtonSystem): Direction {
  const { held, form } = dual;
  const r = held.findIndex((value, row) => value > form.rowUpper[row]! || value < form.rowLower[row]!);
  if (r < 0) return newtonDirection(dual, system);
  const y = new Float64Array(form.m);
  y[r] = held[r]! > form.rowUpper[r]! ? 1 : -1;
  return dual.direction(new Float64Array(form.space.k), y);
}

function newtonDirection(dual: FactorDual, system: NewtonSystem): Direction {
  const { z, y } = system.step();
  return dual.direction(z, y);
}

function candidateOf(problem: Problem, dual: FactorDual): Candidate {
  return candidateAt(problem, Float64Array.from(dual.weights), () => multipliersOf(dual));
}

function optimal({ weights, multipliers, certificate }: Candidate, iterations: number, tolerance: number): Solution {
  const { objective, primal, dual, gap } = certificate;
  return {
    solver: id,
    termination: { reason: 'optimal', detail: `relative residuals and gap at most ${tolerance}` },
    weights,
    objective,
    multipliers,
    iterations,
    residuals: { primal, dual, gap },
  };
}

/** No further step: good enough as it is, or the numbers broke down. */
function lastly(problem: Problem, best: Candidate, iterations: number, tolerance: number): Solution {
  if (best.worst <= tolerance) return optimal(best, iterations, tolerance);
  const detail = `no further step at ${best.certificate.detail}`;
  return without(problem, { reason: 'numerical error', detail }, iterations);
}

const endless: Termination = {
  reason: 'no solution found',
  detail: 'the dual rises without end: the restrictions may contradict each other',
};

function stoppedBy(limit: 'interrupted' | 'iterations', iterations: number): Termination {
  return { reason: 'no solution found', limit, detail: `stopped after ${iterations} iterations` };
}

function without(problem: Problem, termination: Termination, iterations: number): Solution {
  return unsolved(id, problem, termination, iterations);
}
