/** One portfolio of the search for the greatest ratio: the optimum of excess'(w - c) - lambda/2 (w - c)' C (w - c). */
import { dot, quadraticForm } from '@veritasvault/portfolio/sdk/v1';
import type {
  Answer,
  Lowered,
  Objective,
  Solution,
  Step,
  SymmetricOperator,
  Termination,
} from '@veritasvault/portfolio/sdk/v1';

import type { SoftCost } from './soft-cost.ts';

export interface Trial {
  readonly lambda: number;
  readonly objective: Objective;
  readonly solution: Solution;
  /** excess'(w - c), less what soft restrictions cost there; annual. */
  readonly excess: number;
  /** (w - c)' C (w - c), annual. */
  readonly variance: number;
  /** excess - lambda variance: positive when lambda is too small, negative when it is too large. */
  readonly slope: number;
  /** What rounding alone can make of the slope. */
  readonly rounding: number;
}

/** What the ratio is of. */
export interface Market {
  /** (n) of which excess'(w - c) is the numerator. */
  readonly excess: Float64Array;
  /** sqrt((w - c)' C (w - c)) is the denominator. */
  readonly covariance: SymmetricOperator;
  /** (n) c: the benchmark; cash alone when absent. */
  readonly centre?: Float64Array;
  /** Of the client. */
  readonly restrictions: readonly Lowered[];
  /** Of the restrictions; absent where all are hard. */
  readonly softCost?: SoftCost | undefined;
  readonly words: Words;
}

/** How the search speaks of what it does. */
export interface Words {
  /** `Sharpe ratio` */
  readonly ratio: string;
  /** What a portfolio has to beat: `the risk-free rate`. */
  readonly rival: string;
  /** `a portfolio without variance` */
  readonly riskless: string;
  /** What to do where nothing beats the rival. */
  readonly advice: string;
}

/** Solves for one lambda; the figures of a solution without weights are NaN. */
export function* tryLambda(market: Market, lambda: number): Generator<Step, Trial, Solution> {
  const { covariance, centre, softCost } = market;
  const quadratic = { scale: lambda, operator: covariance, ...(centre === undefined ? {} : { centre }) };
  const objective: Objective = { quadratics: lambda === 0 ? [] : [quadratic], linear: market.excess };
  const solution = yield { objective, phase: `greatest ${market.words.ratio}` };
  const known = solution.weights.length === market.excess.length;
  const away = known ? solution.weights.map((weight, i) => weight - (centre?.[i] ?? 0)) : solution.weights;
  const excess = known ? dot(market.excess, away) - (softCost?.(solution.weights) ?? 0) : NaN;
  const variance = known ? Math.max(0, quadraticForm(covariance, away)) : NaN;
  const rounding = known ? 1e-15 * sizeOf(market.excess, solution.weights) : NaN;
  return { lambda, objective, solution, excess, variance, slope: excess - lambda * variance, rounding };
}

/** Sum of |a_i b_i|. */
function sizeOf(a: Float64Array, b: Float64Array): number {
  return a.reduce((total, value, i) => total + Math.abs(value * b[i]!), 0);
}

/** Ratio of a trial; -Infinity when it has no weights. */
export function ratioOf(trial: Trial): number {
  if (Number.isNaN(trial.excess)) return -Infinity;
  return trial.variance > 0 ? trial.excess / Math.sqrt(trial.variance) : trial.excess > 0 ? Infinity : 0;
}

/** Whether a trial settles the search: its slope is zero to 1e-10, or to what rounding and the gap of its own solution let one see. */
export function isTangent(trial: Trial): boolean {
  const size = Math.abs(trial.excess) + trial.lambda * trial.variance;
  return Math.abs(trial.slope) <= Math.max(1e-10, trial.solution.residuals.gap) * size + trial.rounding;
}

/**
 * Whether both trials rest on the same bounds and rows and on no curved restriction. Between two such trials the weights are
 * w0 + w1 / lambda, and the slope is a straight line in lambda: its zero is known in closed form.
 */
export function sameActiveSet(left: Trial, right: Trial): boolean {
  if (isCurved(left) || isCurved(right)) return false;
  const [a, b] = [left.solution.multipliers, right.solution.multipliers];
  return samePattern(a.rows, b.rows, left) && samePattern(a.bounds, b.bounds, left);
}

/** Whether a norm or a trade limit holds the trial: then the weights are no straight line in 1 / lambda. */
export function isCurved(trial: Trial): boolean {
  const { norms, tradeLimits } = trial.solution.multipliers;
  return [...norms, ...tradeLimits].some((value) => isActive(value, trial));
}

function samePattern(a: Float64Array, b: Float64Array, trial: Trial): boolean {
  return (
    a.length === b.length && a.every((value, position) => isActive(value, trial) === isActive(b[position]!, trial))
  );
}

function isActive(multiplier: number, trial: Trial): boolean {
  return Math.abs(multiplier) > 1e-6 * Math.max(Math.abs(trial.excess), Number.MIN_VALUE);
}

export function answerOf(trial: Trial, termination = trial.solution.termination): Answer {
  return { objective: trial.objective, added: [], solution: { ...trial.solution, termination } };
}

/** An answer without weights, for what the search found out about the whole set. */
export function answerWithout(trial: Trial, termination: Termination): Answer {
  const { objective, solution } = trial;
  return { objective, added: [], solution: { ...solution, weights: new Float64Array(0), termination } };
}
