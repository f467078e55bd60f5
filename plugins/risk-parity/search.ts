/**
 * The zero of a function of a positive number that each takes a solve to know: bracketed, then by regula falsi with Anderson-Bjorck weights,
 * in the logarithm of the number.
 */
import { hasWeights } from '@veritasvault/portfolio/sdk/v1';
import type { Answer, Lowered, Objective, Solution, Step, Termination } from '@veritasvault/portfolio/sdk/v1';

const trialsMax = 60;
/** A value that counts as zero. */
const zero = 2e-11;
/** Factor beyond which no zero is looked for. */
const reach = 1e12;
/** Longest stride towards the other side of the zero, as a logarithm. */
const strideMax = 4;
/** A bracket this narrow, as a logarithm, is one number. */
const widthMin = 1e-14;

export interface Trial {
  readonly at: number;
  /** Between -1 and 1, rising with `at`; NaN when the solve gave no weights. */
  readonly value: number;
  readonly objective: Objective;
  readonly solution: Solution;
}

export interface Search {
  readonly first: number;
  readonly phase: string;
  readonly added: readonly Lowered[];
  readonly objective: (at: number) => Objective;
  readonly value: (at: number, solution: Solution) => number;
}

/** The trial at the zero, or what ended the search before: then `isZero` is false. */
export interface Found {
  readonly trial: Trial;
  readonly isZero: boolean;
}

export function* zeroOf(search: Search): Generator<Step, Found, Solution> {
  let best: Trial | undefined;
  let low: Trial | undefined;
  let high: Trial | undefined;
  let [lowValue, highValue] = [0, 0];
  let before: Trial | undefined;
  let at = search.first;
  for (let count = 0; count < trialsMax; count++) {
    const trial: Trial = yield* tried(search, at);
    if (trial.solution.termination.reason !== 'optimal') return { trial: cutShort(trial, best), isZero: false };
    if (best === undefined || Math.abs(trial.value) < Math.abs(best.value)) best = trial;
    if (Math.abs(trial.value) <= zero) return { trial, isZero: true };
    // Weights of Anderson and Bjorck: an end that stays put loses weight, so that both ends close in.
    if (trial.value < 0) {
      if (low !== undefined && high !== undefined && before === low) highValue *= weightOf(trial.value, low.value);
      [low, lowValue] = [trial, stretched(trial.value)];
    } else {
      if (low !== undefined && high !== undefined && before === high) lowValue *= weightOf(trial.value, high.value);
      [high, highValue] = [trial, stretched(trial.value)];
    }
    if (low !== undefined && high !== undefined) {
      const [a, b] = [Math.log(low.at), Math.log(high.at)];
      if (Math.abs(b - a) <= widthMin) return { trial: best, isZero: Math.abs(best.value) <= 1e-8 };
      const secant = (a * highValue - b * lowValue) / (highValue - lowValue);
      const inside = secant > Math.min(a, b) && secant < Math.max(a, b) && count % 8 !== 7;
      at = Math.exp(inside ? secant : 0.5 * (a + b));
    } else {
      const stride = Math.max(-strideMax, Math.min(strideMax, -strideFrom(trial, before)));
      at = trial.at * Math.exp(stride);
      if (at > search.first * reach || at < search.first / reach) break;
    }
    before = trial;
  }
  return { trial: best!, isZero: false };
}

/** How far beyond the zero the last trial is thought to be: along the secant when there are two, at slope one otherwise; then a little more. */
function strideFrom(trial: Trial, before: Trial | undefined): number {
  const value = stretched(trial.value);
  if (before === undefined) return 1.05 * value;
  const slope = (value - stretched(before.value)) / (Math.log(trial.at) - Math.log(before.at));
  return slope > 0.05 ? (1.2 * value) / slope : Math.sign(value) * strideMax;
}

/** tanh of half the distance of logarithms, undone. */
function stretched(value: number): number {
  const near = Math.max(-1 + 1e-15, Math.min(1 - 1e-15, value));
  return Math.log((1 + near) / (1 - near));
}

function weightOf(now: number, before: number): number {
  const weight = 1 - stretched(now) / stretched(before);
  return weight > 0 && Number.isFinite(weight) ? weight : 0.5;
}

function* tried({ objective, value, phase, added }: Search, at: number): Generator<Step, Trial, Solution> {
  const minimized = objective(at);
  const solution = yield { objective: minimized, added, phase };
  return { at, objective: minimized, solution, value: hasWeights(solution) ? value(at, solution) : NaN };
}

/** A search that is interrupted ends with its best portfolio; one without any, with what the solve says. */
export function cutShort(trial: Trial, best: Trial | undefined): Trial {
  const { reason, limit, detail } = trial.solution.termination;
  if (best === undefined || limit === undefined || (reason !== 'feasible' && reason !== 'no solution found'))
    return trial;
  const termination: Termination = {
    reason: 'feasible',
    limit,
    detail: `stopped during the search, at the best portfolio so far; ${detail}`,
  };
  return { ...best, solution: { ...best.solution, termination } };
}

/** Said where a solve under restrictions that are not convex ended the search before its zero. */
const unsearched =
  'under restrictions that are not convex the search does not go beyond its first step, so that this portfolio has the property only roughly';

export function answerOf({ objective, solution }: Trial, added: readonly Lowered[], note?: string): Answer {
  const { termination } = solution;
  const isLocal = termination.reason === 'feasible' && termination.limit === undefined;
  const said = isLocal ? unsearched : termination.reason === 'optimal' ? note : undefined;
  if (said === undefined) return { objective, added, solution };
  const detail = `${said}; ${termination.detail}`;
  return { objective, added, solution: { ...solution, termination: { ...termination, detail } } };
}
