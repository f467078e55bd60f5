/** The measures that views on scenarios speak of, from their definitions. */
import { dot } from '../math/vectors.ts';
import type { Scenarios } from '../problem/scenarios.ts';
import type { ScenarioView } from './scenario-views.ts';

/** Probability that sums may be short of by rounding when a quantile is read. */
const massTolerance = 1e-9;

/** The outcomes that a view speaks of. */
export interface ViewOutcomes {
  /** (S) returns of its legs together; of a correlation those of the first. */
  readonly own: Float64Array;
  /** (S) returns of the second leg of a correlation. */
  readonly other?: Float64Array;
}

export function outcomesOf(
  { count, returns }: Scenarios,
  { legs, measure }: ScenarioView,
  positions: ReadonlyMap<string, number>,
): ViewOutcomes {
  const n = positions.size;
  const combined = (some: ScenarioView['legs']): Float64Array => {
    const outcomes = new Float64Array(count);
    for (const { assetId, coefficient } of some) {
      const position = positions.get(assetId)!;
      for (let s = 0; s < count; s += 1) outcomes[s] = outcomes[s]! + coefficient * returns[s * n + position]!;
    }
    return outcomes;
  };
  if (measure !== 'correlation') return { own: combined(legs) };
  return { own: combined(legs.slice(0, 1)), other: combined(legs.slice(1)) };
}

/** The measure of a view under probabilities x (S), in its own unit. */
export function measured(view: ScenarioView, outcomes: ViewOutcomes, x: Float64Array, periodsPerYear: number): number {
  const { own, other = own } = outcomes;
  switch (view.measure) {
    case 'mean':
      return periodsPerYear * dot(x, own);
    case 'volatility':
      return Math.sqrt(periodsPerYear * Math.max(0, covariance(own, own, x)));
    case 'correlation':
      return covariance(own, other, x) / Math.sqrt(covariance(own, own, x) * covariance(other, other, x));
    case 'quantile':
      return valueAtRisk(lossesOf(own), x, view.level!);
    case 'cvar':
      return tailMean(lossesOf(own), x, view.level!);
  }
}

export function lossesOf(outcomes: Float64Array): Float64Array {
  return outcomes.map((each) => -each);
}

function covariance(left: Float64Array, right: Float64Array, x: Float64Array): number {
  const [leftMean, rightMean] = [dot(x, left), dot(x, right)];
  let sum = 0;
  for (let s = 0; s < x.length; s += 1) sum += x[s]! * (left[s]! - leftMean) * (right[s]! - rightMean);
  return sum;
}

/** Scenarios from the largest loss to the smallest. */
function worstFirst(losses: Float64Array): Uint32Array {
  return Uint32Array.from(losses.keys()).sort((a, b) => losses[b]! - losses[a]! || a - b);
}

/** The least loss that is exceeded with probability 1 - level at most. */
export function valueAtRisk(losses: Float64Array, x: Float64Array, level: number): number {
  const order = worstFirst(losses);
  let beyond = 0;
  for (const [rank, s] of order.entries()) {
    beyond += x[s]!;
    const next = order[rank + 1];
    if (next !== undefined && losses[next] === losses[s]) continue;
    if (beyond > 1 - level + massTolerance) return losses[s]!;
  }
  return losses[order.at(-1)!]!;
}

/** Mean of the worst (1 - level) share of the losses, the scenario at the boundary counted in part. */
export function tailMean(losses: Float64Array, x: Float64Array, level: number): number {
  const share = 1 - level;
  let left = share;
  let sum = 0;
  for (const s of worstFirst(losses)) {
    const part = Math.min(left, x[s]!);
    sum += part * losses[s]!;
    left -= part;
    if (left <= 0) break;
  }
  return sum / (share - left);
}
