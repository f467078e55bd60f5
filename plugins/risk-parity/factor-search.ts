/**
 * Portfolios whose factors carry given shares of the variance: a least-squares problem that is not convex. From each starting portfolio by
 * Levenberg and Marquardt's method, every step of it a convex problem over the restrictions; where it comes to rest, the last of them has
 * the portfolio for its optimum.
 */
import { dot } from '@veritasvault/portfolio/sdk/v1';
import type { Lowered, Objective, Solution, Step } from '@veritasvault/portfolio/sdk/v1';

import { sharesAt } from './factor-shares.ts';
import type { FactorShares, SharesAt } from './factor-shares.ts';
import { hasRisk } from './market.ts';
import { cutShort } from './search.ts';
import type { Trial } from './search.ts';

const stepsMax = 80;
/** Largest deviation of a share that counts as none. */
export const shareTolerance = 1e-7;
/** Shares this near to their budgets need no better. */
const exact = 1e-10;
/** Weights that move by no more than this have come to rest. */
const still = 1e-9;
/** Least damping, relative to the mean curvature. */
const dampingMin = 1e-7;

export interface Budgets {
  /** (p) sum 1. */
  readonly shares: Float64Array;
  /** Of the rest; it is free when absent, and the factors carry their budgets of what it leaves. */
  readonly rest?: number;
}

export interface Settled {
  readonly trial: Trial;
  /** Largest deviation of a share from its budget. */
  readonly deviation: number;
  readonly at: SharesAt;
  readonly isAtRest: boolean;
}

export interface FactorProblem {
  readonly model: FactorShares;
  readonly budgets: Budgets;
  readonly added: readonly Lowered[];
  readonly starts: readonly { readonly phase: string; readonly objective: Objective }[];
}

/** (p) how far the shares are from their budgets. */
export function deviations({ shares }: SharesAt, { shares: budgets, rest }: Budgets): Float64Array {
  const carried = rest === undefined ? shares.reduce((sum, share) => sum + share, 0) : 1 - rest;
  return shares.map((share, j) => share - budgets[j]! * carried);
}

/** The best of all starts, or what ended the search before any came to rest; undefined where none has any risk. */
export function* settle(problem: FactorProblem): Generator<Step, Settled | Trial | undefined, Solution> {
  let best: Settled | undefined;
  for (const { phase, objective } of problem.starts) {
    const started = yield { objective, added: problem.added, phase };
    if (!isEnd(started)) return cutShort({ at: NaN, value: NaN, objective, solution: started }, best?.trial);
    if (!hasRisk(problem.model.covariance, started.weights)) continue;
    const found: Settled | Trial = yield* descend(problem, started, objective);
    if ('solution' in found) return cutShort(found, best?.trial);
    if (best === undefined || isBetter(found, best)) best = found;
  }
  return best;
}

/** An optimum, or a local one where restrictions are not convex. */
function isEnd({ termination }: Solution): boolean {
  return termination.reason === 'optimal' || (termination.reason === 'feasible' && termination.limit === undefined);
}

/** Nearer to the budgets; of two that meet them, less variance. */
function isBetter(one: Settled, other: Settled): boolean {
  const [a, b] = [one, other].map(({ deviation }) => Math.max(deviation, shareTolerance)) as [number, number];
  return a === b ? one.at.variance < other.at.variance * (1 - 1e-9) : a < b;
}

function* descend(
  { model, budgets, added }: FactorProblem,
  started: Solution,
  objective: Objective,
): Generator<Step, Settled | Trial, Solution> {
  let weights = started.weights;
  let at = sharesAt(model, weights);
  let away = deviations(at, budgets);
  let trial: Trial = { at: NaN, value: NaN, objective, solution: started };
  let damping = 0;
  let growth = 2;
  let isAtRest = largest(away) <= exact;
  for (let count = 0; count < stepsMax && !isAtRest; count++) {
    const slopes = slopesOf(at, budgets);
    const curvature = slopes.reduce((sum, row) => sum + dot(row, row), 0) / weights.length;
    if (damping === 0) damping = 1e-2 * curvature;
    damping = Math.max(damping, dampingMin * curvature, Number.MIN_VALUE);
    const minimized = linearized(weights, away, slopes, damping);
    const solution: Solution = yield { objective: minimized, added, phase: 'factor budgets' };
    if (!isEnd(solution)) return cutShort({ at: NaN, value: NaN, objective: minimized, solution }, trial);
    const moved = Math.max(...solution.weights.map((weight, i) => Math.abs(weight - weights[i]!)));
    if (!hasRisk(model.covariance, solution.weights)) {
      damping *= growth;
      growth *= 2;
      continue;
    }
    const next = sharesAt(model, solution.weights);
    const nextAway = deviations(next, budgets);
    const gained = dot(away, away) - dot(nextAway, nextAway);
    isAtRest = moved <= still || largest(nextAway) <= exact;
    if (gained <= 0 && !isAtRest) {
      damping *= growth;
      growth *= 2;
      continue;
    }
    const ahead = foreseen(away, slopes, weights, solution.weights);
    const ratio = gained / Math.max(Number.MIN_VALUE, dot(away, away) - dot(ahead, ahead));
    // Nielsen's rule (1999).
    damping *= Math.max(1 / 3, 1 - (2 * Math.min(1, ratio) - 1) ** 3);
    growth = 2;
    [weights, at, away] = [solution.weights, next, nextAway];
    trial = { at: NaN, value: NaN, objective: minimized, solution };
  }
  return { trial, at, deviation: largest(away), isAtRest };
}

/** (p x n) derivatives of the deviations. */
function slopesOf({ gradients }: SharesAt, { shares: budgets, rest }: Budgets): readonly Float64Array[] {
  if (rest !== undefined) return gradients;
  const together = new Float64Array(gradients[0]?.length ?? 0);
  for (const row of gradients) row.forEach((value, i) => (together[i] = together[i]! + value));
  return gradients.map((row, j) => row.map((value, i) => value - budgets[j]! * together[i]!));
}

/** 1/2 |away + slopes (w - weights)|^2 + damping / 2 |w - weights|^2. */
function linearized(
  weights: Float64Array,
  away: Float64Array,
  slopes: readonly Float64Array[],
  damping: number,
): Objective {
  const n = weights.length;
  const p = slopes.length;
  const exposures = new Float64Array(n * p);
  const factorCovariance = new Float64Array(p * p);
  const linear = weights.map((weight) => damping * weight);
  slopes.forEach((row, j) => {
    factorCovariance[j * p + j] = 1;
    const pull = dot(row, weights) - away[j]!;
    row.forEach((value, i) => {
      exposures[i * p + j] = value;
      linear[i] = linear[i]! + pull * value;
    });
  });
  const specific = new Float64Array(n).fill(damping);
  const operator = { kind: 'factor' as const, size: n, factors: p, exposures, factorCovariance, specific };
  return { quadratics: [{ scale: 1, operator }], linear };
}

/** What the deviations were thought to become. */
function foreseen(
  away: Float64Array,
  slopes: readonly Float64Array[],
  from: Float64Array,
  to: Float64Array,
): Float64Array {
  const move = to.map((weight, i) => weight - from[i]!);
  return away.map((value, j) => value + dot(slopes[j]!, move));
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
