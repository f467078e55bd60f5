/** The methods over bounds and rows: coordinate descent where the covariance is dense and no row holds, Newton's method for all else. */
import type { Checkpoint } from '../../math/checkpoint.ts';
import type { Scope } from '../../math/kernels.ts';
import { maxAbs } from '../../math/vectors.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Iterate, Solution } from '../../problem/solution.ts';
import type { SolverSettings } from '../../problem/solver.ts';
import { better, candidateAt, certificateWork, type Candidate } from '../candidate.ts';
import { onItsSides, standing, type Finish } from './active-sides.ts';
import { BarrierNewton } from './barrier-newton.ts';
import { CoordinateDescent, type Descending, type Descent } from './coordinate-descent.ts';
import { FreeDescent } from './free-descent.ts';
import { clipped, productAt, type RiskBudgetingModel } from './model.ts';
import { noMultipliers } from '../unsolved.ts';
import { optimal, stopped } from './outcome.ts';
import { multipliersAt, scaledForm, weightsAt } from './scaled-form.ts';

/** Residuals that Newton's steps need not better. */
const settledResidual = 1e-14;
/** From here on a step that does not halve the residuals is the last. */
const nearResidual = 1e-9;
/** Weights that stand on their sides exactly are good enough with this. */
const exactResidual = 1e-11;
/** Steps shorter than this lead nowhere. */
const stepMin = 1e-7;
const stepsMax = 80;
/** After so many steps the residuals must have fallen by a tenth. */
const patience = 12;
/** Weights of so many times the size to be expected have escaped. */
const escapeSize = 1e9;
/** Sweeps are short; telling of each would take longer. */
const sweepsPerIterate = 4;
/** Rows that hold to this, relative, after a descent that did not look at them. */
const rowResidual = 1e-10;

/** How far a solve has come: what an interruption, at whatever moment, finds to return. */
export interface Reached {
  iteration: number;
  point?: () => Float64Array;
}

export interface Run {
  readonly problem: Problem;
  readonly model: RiskBudgetingModel;
  readonly settings: SolverSettings;
  readonly checkpoint: Checkpoint;
  readonly reached: Reached;
  readonly start: Float64Array;
  readonly scope: Scope;
}

/** A solution, or in words why there is none. */
export type Attempt = Generator<Iterate, Solution | string, void>;

/** @throws Interrupted from the checkpoint, with all that has been reached in `reached`. */
export function* methods(run: Run): Attempt {
  const { model, problem, reached, settings } = run;
  const { entries } = model;
  if (entries === undefined) return yield* newton(run, run.start);
  let w = run.start;
  if (FreeDescent.takes(model)) {
    const state = yield* descended(run, new FreeDescent(model, entries, w, run.scope, run.checkpoint));
    if (typeof state !== 'string') return state;
    if (state === 'escapes') return yield* newton(run, run.start);
    w = run.reached.point!();
  }
  if (!w.every((value, i) => value === clipped(model, i, value)) || !FreeDescent.takes(model)) {
    const inside = w.map((value, i) => clipped(model, i, value));
    const state = yield* descended(run, new CoordinateDescent(model, entries, inside, run.checkpoint));
    if (typeof state !== 'string') return state;
    if (state === 'escapes') return yield* newton(run, run.start);
    w = run.reached.point!();
  }
  if (rowsHold(problem, w)) {
    const found = atRest(run, w);
    if (found.worst <= settings.tolerance)
      return optimal(found, reached.iteration, settings, 'cyclical coordinate descent');
  }
  return yield* newton(run, w);
}

/** Sweeps until nothing is gained any more. */
function* descended(run: Run, descent: Descent): Generator<Iterate, Solution | Descending, void> {
  const { problem, reached, settings } = run;
  reached.point = () => Float64Array.from(descent.w);
  for (;;) {
    const state = descent.sweep();
    if (state === 'escapes') return state;
    reached.iteration++;
    if (state !== 'moving' || reached.iteration % sweepsPerIterate === 1) {
      const { objective, move } = descent;
      yield { iteration: reached.iteration, objective, primal: 0, dual: move, gap: move };
      run.checkpoint(Infinity);
    }
    if (state !== 'moving') return state;
    if (reached.iteration >= settings.iterationsMax)
      return stopped(problem, descent.w, reached.iteration, 'iterations');
  }
}

function rowsHold({ rows }: Problem, w: Float64Array): boolean {
  return rows.every(({ positions, coefficients, lower, upper }) => {
    let value = 0;
    let size = 0;
    positions.forEach((position, k) => {
      value += coefficients[k]! * w[position]!;
      size += Math.abs(coefficients[k]! * w[position]!);
    });
    const width = rowResidual * size;
    return value >= lower - width && value <= upper + width;
  });
}

/** The point that no row holds, with the prices of the bounds at which it stands. */
function atRest({ problem, model, checkpoint }: Run, w: Float64Array): Candidate {
  const { budgets, linear, lower, upper } = model;
  checkpoint(certificateWork(problem) + model.productWork);
  const none = noMultipliers(problem);
  const standsAt = (i: number): boolean => w[i] === lower[i] || w[i] === upper[i];
  if (!w.some((_, i) => standsAt(i))) return candidateAt(problem, w, () => none);
  const bounds = productAt(model, w).map((value, i) => {
    if (!standsAt(i)) return 0;
    return (budgets[i]! > 0 ? budgets[i]! / w[i]! : 0) - value - linear[i]!;
  });
  return candidateAt(problem, w, () => ({ ...none, bounds }));
}

export function* newton(run: Run, start: Float64Array): Attempt {
  const { problem, model, settings, checkpoint, reached } = run;
  const form = scaledForm(model, start);
  const from = reached.iteration;
  const method = new BarrierNewton(
    form,
    start.map((value) => value / form.unit),
    checkpoint,
  );
  reached.point = () => weightsAt(form, method.x);
  let worst = Infinity;
  let mark = Infinity;
  for (let steps = 0; ; steps++) {
    const { primal, dual, products } = method.residuals();
    const now = Math.max(primal, dual, products);
    yield { iteration: reached.iteration, objective: method.objective(), primal, dual, gap: products };
    if (!(now < Infinity)) return 'the numbers broke down';
    if (now <= settledResidual || (worst <= nearResidual && !(now < 0.5 * worst))) break;
    worst = now;
    if (steps % patience === patience - 1) {
      if (now > 0.9 * mark) return `the steps gain nothing any more after ${steps}`;
      mark = now;
    }
    checkpoint(Infinity);
    if (maxAbs(method.x) > escapeSize) return 'the weights escape';
    if (steps >= stepsMax) return `no optimum after ${steps} steps`;
    if (reached.iteration >= settings.iterationsMax)
      return stopped(problem, reached.point(), reached.iteration, 'iterations');
    reached.iteration++;
    if (!(method.step() >= stepMin)) break;
  }
  const at = (finish: Finish): Candidate => {
    checkpoint(certificateWork(problem));
    return candidateAt(problem, weightsAt(form, finish.x), () =>
      multipliersAt(problem, form, finish.prices, finish.bounds),
    );
  };
  const exact = method.bounded ? onItsSides(method, checkpoint) : undefined;
  let best = exact === undefined ? undefined : at(exact);
  if (best === undefined || best.worst > exactResidual) best = better(best, at(standing(method)));
  if (best.worst > settings.tolerance) return `the certificate failed: ${best.certificate.detail}`;
  return optimal(best, reached.iteration, settings, `Newton's method, ${reached.iteration - from} steps`);
}
