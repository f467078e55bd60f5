/**
 * From a portfolio down to one that no small change betters: the limits are made linear at the present weights, and the convex problem with
 * them at a price is solved within a box around these; the box follows how well the linear limits foretold the true ones. The penalty
 * grows until what is broken gives way. Fletcher, Practical Methods of Optimization (1987), 14.4 (S l1 QP); Conn, Gould and Toint, Trust
 * Region Methods (2000), ch. 11.
 */
import { maxAbs } from '../../math/vectors.ts';
import { measured as measuredAt, objectiveAt, objectiveScale, termsAt } from '../../problem/certificate-figures.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Iterate, Multipliers, Solution } from '../../problem/solution.ts';
import { defaultSettings } from '../../problem/solver.ts';
import { candidateAt, type Candidate } from '../candidate.ts';
import { interiorPoint } from '../interior-point.ts';
import type { Shares } from './shares.ts';

/** Convex problems from one start. */
const problemsMax = 60;
const radiusFirst = 0.25;
const radiusLeast = 1e-10;
/** A step is taken when it brings this share of what the model promised; beyond `good` the box grows. */
const taken = 1e-3;
const good = 0.75;
const poor = 0.25;
/** What is left to gain, relative to the objective, that is rounding. */
const settled = 1e-12;
/** Residuals that fall by this from one step to the next are worth following where the objective tells nothing any more. */
const closerShare = 0.9;
/** The penalty of a whole share, in sizes of the objective, and how far it may grow. */
const penaltyFirst = 10;
const penaltyMost = 1e7;
/** Limits broken by less hold. */
const broken = 1e-9;

export interface Descent {
  /** Empty when no portfolio that keeps the limits was found. */
  readonly weights: Float64Array;
  readonly objective: number;
  readonly multipliers: Multipliers;
  /** Whether a small change is known to better nothing: to the tolerance asked for, or to rounding. */
  readonly local: boolean;
  readonly stopped?: 'interrupted' | 'iterations';
}

export interface Run {
  readonly problem: Problem;
  /** Without the limits on shares of risk. */
  readonly convex: Problem;
  readonly shares: Shares;
  readonly tolerance: number;
  readonly interrupted: () => boolean;
  /** Convex problems solved so far, and how many may be. */
  count: number;
  readonly countMax: number;
}

interface Best {
  readonly weights: Float64Array;
  readonly objective: number;
  readonly multipliers: Multipliers;
}

export function* descend(run: Run, start: Float64Array): Generator<Iterate, Descent, void> {
  const { convex, shares, problem } = run;
  let w = start;
  let radius = radiusFirst * Math.max(maxAbs(start), Number.MIN_VALUE);
  let measured = shares.at(w);
  let objective = objectiveAt(convex, w);
  const size = objectiveScale(convex, termsAt(convex, measuredAt(convex, w, undefined)));
  let penalty = penaltyFirst * size;
  let best: Best | undefined;
  let nearest: Candidate | undefined;
  let last = Infinity;
  const ended = (local: boolean, stopped?: Descent['stopped']): Descent => {
    const found = local && nearest !== undefined && nearest.certificate.primal <= broken ? nearest : undefined;
    const { weights, multipliers } = found ?? best ?? { weights: new Float64Array(0), multipliers: noPrices };
    const value = found?.certificate.objective ?? best?.objective ?? Infinity;
    return { weights, multipliers, objective: value, local, ...(stopped === undefined ? {} : { stopped }) };
  };
  for (let k = 0; k < problemsMax; k++) {
    if (run.interrupted()) return ended(false, 'interrupted');
    if (run.count >= run.countMax) return ended(false, 'iterations');
    run.count++;
    shares.see(measured);
    const rows = shares.rowsAt(w, measured, penalty);
    const answer = solved(withinBox(convex, rows, w, radius), run);
    if (answer.termination.limit === 'interrupted') return ended(false, 'interrupted');
    if (answer.termination.reason !== 'optimal') {
      // The box may leave nothing that the convex restrictions allow, or numbers may break down in it.
      if (radius >= 1e3) return ended(false);
      radius *= answer.termination.reason === 'infeasible' ? 4 : 0.25;
      if (!(radius > radiusLeast)) return ended(false);
      continue;
    }
    const next = answer.weights;
    const step = maxAbs(next.map((value, i) => value - w[i]!));
    const before = objective + penalty * shares.excess(measured);
    const nextObjective = objectiveAt(convex, next);
    const promised = before - nextObjective - penalty * shares.excessOfRows(rows, next);
    const nextMeasured = shares.at(next);
    const gained = before - nextObjective - penalty * shares.excess(nextMeasured);
    const multipliers = pricesOf(run, answer.multipliers);
    shares.see(nextMeasured);
    const candidate = candidateAt(problem, next, () => multipliers);
    if (nearest === undefined || candidate.worst < nearest.worst) nearest = candidate;
    if (shares.excess(nextMeasured) <= broken && !(best !== undefined && best.objective <= nextObjective))
      best = { weights: next, objective: nextObjective, multipliers };
    yield iterateOf(run, candidate, objective);
    if (candidate.worst <= run.tolerance) return ended(true);
    const rounding = settled * (size + Math.abs(before));
    const closer = candidate.worst < closerShare * last;
    last = candidate.worst;
    if (promised <= rounding && step < 0.9 * radius && !closer) {
      if (shares.excess(measured) <= broken) return ended(best !== undefined);
      if (penalty >= penaltyMost * size) return ended(false);
      penalty *= 10;
      continue;
    }
    const ratio = gained / promised;
    // So near the end differences of objectives are rounding: the model is followed as long as its steps shrink.
    const trusted = ratio >= taken || (promised <= 1e3 * rounding && closer);
    if (ratio < poor && !trusted) radius = poor * Math.min(radius, step);
    else if (ratio > good && step > 0.9 * radius) radius *= 2;
    if (trusted) {
      w = next;
      measured = nextMeasured;
      objective = nextObjective;
    }
    if (!(radius > radiusLeast)) return ended(best !== undefined);
  }
  return ended(false);
}

const noPrices: Multipliers = {
  rows: new Float64Array(0),
  bounds: new Float64Array(0),
  norms: new Float64Array(0),
  tradeLimits: new Float64Array(0),
};

/** The convex problem with rows behind its own, in a box around w. */
function withinBox(convex: Problem, rows: Problem['rows'], w: Float64Array, radius: number): Problem {
  const lower = convex.lower.map((side, i) => Math.min(Math.max(side, w[i]! - radius), convex.upper[i]!));
  const upper = convex.upper.map((side, i) => Math.max(Math.min(side, w[i]! + radius), convex.lower[i]!));
  return { ...convex, lower, upper, rows: [...convex.rows, ...rows] };
}

/** The prices of the rows at the end are those of the limits. */
function pricesOf({ problem, shares }: Run, multipliers: Multipliers): Multipliers {
  const count = problem.rows.length;
  const rows = multipliers.rows.slice(0, count);
  return { ...multipliers, rows, riskShares: shares.pricesOf(multipliers.rows.slice(count)) };
}

function solved(problem: Problem, { interrupted }: Run): Solution {
  const steps = interiorPoint.solve(problem, defaultSettings, interrupted);
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

function iterateOf({ count }: Run, { certificate }: Candidate, objective: number): Iterate {
  const { primal, dual, gap } = certificate;
  return { iteration: count, objective, primal, dual, gap };
}
