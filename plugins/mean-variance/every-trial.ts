/**
 * The greatest ratio N / s over a set that is not convex, N the excess and s^2 the variance of its portfolios.
 *
 * A trial at lambda with value V = N - lambda/2 s^2 says of every portfolio that N <= V + lambda/2 s^2. Between two trials no ratio is
 * greater than those of the trials and of the point where their lines cross, since along a line V / s + lambda/2 s is convex in s. Where
 * that point is better than the best portfolio so far, a trial at the slope of the chord between the two finds what is above the chord, or
 * shows that nothing is. To the right of a trial at lambda = 0, and to the left of one whose V is not positive, there is nothing better
 * than these. The best portfolio of all is one of the trials at lambda = N / s^2.
 */
import type { Solution, Step } from '@veritasvault/portfolio/sdk/v1';

import { ratioOf } from './trial.ts';
import type { Trial } from './trial.ts';

/** Relative difference of ratios that is let be. */
export const ratioTolerance = 1e-6;
const solvesMax = 200;

type Stage<Ended, Result> = Generator<Step, Result | Ended, Solution>;

export interface Whole {
  /** Of the greatest ratio. */
  readonly best: Trial;
  /** Whether no portfolio has a ratio greater by more than the tolerance. */
  readonly isProven: boolean;
}

/**
 * @param at solves for a lambda
 * @param known optimal trials by ascending lambda: the first at 0, the last with a value that is not positive
 */
export function* greatestOfAll<Ended extends { readonly answer: unknown }>(
  at: (lambda: number) => Stage<Ended, Trial>,
  known: readonly Trial[],
): Stage<Ended, Whole> {
  let best = known.reduce((a, b) => (ratioOf(b) > ratioOf(a) ? b : a));
  const open = known.slice(1).map((high, k): readonly [Trial, Trial] => [known[k]!, high]);
  for (let solves = 0; solves < solvesMax; solves++) {
    const [low, high] = mostPromising(open) ?? [];
    if (low === undefined || high === undefined || promiseOf(low, high) <= ratioOf(best) * (1 + ratioTolerance))
      return { best, isProven: true };
    open.splice(
      open.findIndex(([a, b]) => a === low && b === high),
      1,
    );
    const lambda = (2 * (low.excess - high.excess)) / (low.variance - high.variance);
    if (!(lambda > low.lambda && lambda < high.lambda)) continue;
    const trial = yield* at(lambda);
    if ('answer' in trial) return trial;
    if (ratioOf(trial) > ratioOf(best)) best = trial;
    const above = valueOf(trial) - (low.excess - (lambda / 2) * low.variance);
    if (above > 1e-9 * Math.abs(valueOf(trial))) open.push([low, trial], [trial, high]);
  }
  return { best, isProven: false };
}

/** V */
export function valueOf({ excess, variance, lambda }: Trial): number {
  return excess - (lambda / 2) * variance;
}

/** The ratio at which the lines of two trials cross; what there is between them has no greater one, or none above those of the two. */
function promiseOf(low: Trial, high: Trial): number {
  const variance = (2 * (valueOf(low) - valueOf(high))) / (high.lambda - low.lambda);
  const excess = valueOf(low) + (low.lambda / 2) * variance;
  return variance > 0 ? excess / Math.sqrt(variance) : Infinity;
}

function mostPromising(open: readonly (readonly [Trial, Trial])[]): readonly [Trial, Trial] | undefined {
  if (open.length === 0) return undefined;
  return open.reduce((a, b) => (promiseOf(...b) > promiseOf(...a) ? b : a));
}
