/** Measures of loss at finished weights, straight from their definitions, for the reports of the strategies. */
import { dot } from '@veritasvault/portfolio/sdk/v1';
import type { TailMeasure } from '@veritasvault/portfolio/sdk/v1';

/** A level closer to the cumulated probability than this has been reached: sums of probabilities round. */
const rounding = 1e-12;

/** (S) results r_s'(w - centre) of one period. */
export function resultsOf({ scenarios, centre }: TailMeasure, weights: Float64Array): Float64Array {
  const n = weights.length;
  const away = centre === undefined ? weights : weights.map((weight, i) => weight - centre[i]!);
  return Float64Array.from({ length: scenarios.length / n }, (_, s) =>
    dot(scenarios.subarray(s * n, (s + 1) * n), away),
  );
}

/** (S) of sum 1. */
export function likelihoods(count: number, probabilities: Float64Array | undefined): Float64Array {
  return probabilities ?? new Float64Array(count).fill(1 / count);
}

/** Losses from the largest to the smallest with their probabilities. */
function ranked(losses: Float64Array, probabilities: Float64Array): readonly (readonly [number, number])[] {
  return Array.from(losses, (loss, s) => [loss, probabilities[s]!] as const).sort(([a], [b]) => b - a);
}

/** The mean of the worst (1 - level) share, the loss at the boundary counted in part; level 1 is the largest loss. */
export function meanOfWorst(losses: Float64Array, probabilities: Float64Array, level: number): number {
  const order = ranked(losses, probabilities);
  const share = 1 - level;
  if (share <= rounding) return order[0]![0];
  let left = share;
  let total = 0;
  for (const [loss, probability] of order) {
    const part = Math.min(left, probability);
    total += part * loss;
    left -= part;
    if (left <= 0) break;
  }
  return total / share;
}

/** The least loss that is not exceeded with a probability of at least `level`. */
export function valueAtRisk(losses: Float64Array, probabilities: Float64Array, level: number): number {
  const order = ranked(losses, probabilities);
  // Above a loss lie those before it.
  let above = 0;
  for (const [k, [loss, probability]] of order.entries()) {
    above += probability;
    if (above > 1 - level + rounding || k === order.length - 1) return loss;
  }
  return NaN;
}

/** (S) C_0 = 0, C_s the running sum of results; how far C_s lies below its highest before. */
export function drawdowns(results: Float64Array): Float64Array {
  let sum = 0;
  let peak = 0;
  return results.map((result) => {
    sum += result;
    peak = Math.max(peak, sum);
    return peak - sum;
  });
}

/** sum_s p_s |result_s - mean result|. */
export function meanAbsoluteDeviation(results: Float64Array, probabilities: Float64Array): number {
  const mean = dot(results, probabilities);
  return results.reduce((sum, result, s) => sum + probabilities[s]! * Math.abs(result - mean), 0);
}

/** The measure as `TailMeasure` defines it. */
export function valueOf(measure: TailMeasure, weights: Float64Array): number {
  const results = resultsOf(measure, weights);
  const even = likelihoods(results.length, undefined);
  switch (measure.kind) {
    case 'cvar':
      return meanOfWorst(
        results.map((result) => -result),
        measure.probabilities ?? even,
        measure.level,
      );
    case 'drawdown':
      return meanOfWorst(drawdowns(results), even, measure.level);
    case 'mean-absolute-deviation':
      return meanAbsoluteDeviation(results, measure.probabilities ?? even);
  }
}
