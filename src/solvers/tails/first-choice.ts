/** Where the rounds begin: a guess at the weights, and the assets that look best from there. */
import type { Problem, TailMeasure } from '../../problem/problem.ts';
import type { AssetsInPlay } from './assets-in-play.ts';
import { ranked } from './hinges-in-play.ts';
import { combinedScenarios, resultsAt } from './measure-in-play.ts';

/** Up to so many assets are all in play at once. */
const wholeMax = 40;
const firstAssets = 30;
/** Assets that can help a row most, by row and side. */
const firstByRow = 8;

/** Equal weights, within the bounds. */
export function guessOf({ lower, upper }: Problem): Float64Array {
  const n = lower.length;
  return lower.map((side, i) => Math.min(Math.max(1 / n, side), upper[i]!));
}

export function chooseAssets(problem: Problem, assets: AssetsInPlay, guess: Float64Array): void {
  const n = guess.length;
  if (n <= wholeMax) {
    assets.addAll();
    return;
  }
  const { tailTerms = [], tails } = problem;
  const given: Float64Array[] = tailTerms.map((term) => roughSlope(term, guess).map((value) => term.weight * value));
  if (given.length === 0) given.push(...tails.map((tail) => roughSlope(tail, guess)));
  const none = {
    rows: new Float64Array(problem.rows.length),
    tradeLimits: new Float64Array(problem.tradeLimits.length),
    norms: new Float64Array(problem.norms.length),
  };
  const { right } = assets.slopes(guess, none, given, true);
  for (const asset of ranked(right).slice(0, firstAssets)) assets.add(asset);
  for (const { positions, coefficients, lower, upper } of problem.rows) {
    const dense = new Float64Array(n);
    positions.forEach((position, k) => (dense[position] = dense[position]! + coefficients[k]!));
    const order = ranked(dense);
    if (upper < Infinity) for (const asset of order.slice(0, firstByRow)) assets.add(asset);
    if (lower > -Infinity) for (const asset of order.slice(-firstByRow)) assets.add(asset);
  }
  for (let i = 0; i < n; i++)
    if (assets.home[i] !== 0 && problem.trading !== undefined && n <= 4 * wholeMax) assets.add(i);
}

/** (n) slope of a measure at the guess: the mean of the worst scenarios, all for the deviation. */
function roughSlope(measure: TailMeasure, guess: Float64Array): Float64Array {
  const results = resultsAt(measure, guess);
  const count = results.length;
  const weights = new Float64Array(count);
  const share = measure.kind === 'mean-absolute-deviation' ? 0.5 : 1 - Math.min(measure.level, 0.99);
  const taken = ranked(results).slice(0, Math.max(1, Math.ceil(share * count)));
  for (const s of taken) weights[s] = -1 / taken.length;
  return combinedScenarios(measure.scenarios, weights, guess.length);
}
