/** Measures of loss at finished weights, straight from their definitions, for the reports of the strategies. */
import { dot, drawdownsOf, meanOfWorst } from '@veritasvault/portfolio/sdk/v1';
import type { TailMeasure } from '@veritasvault/portfolio/sdk/v1';

/** (S) results r_s'(w - centre) of one period. */
export function resultsOf({ scenarios, centre }: TailMeasure, weights: Float64Array): Float64Array {
  const n = weights.length;
  const away = centre === undefined ? weights : weights.map((weight, i) => weight - centre[i]!);
  return Float64Array.from({ length: scenarios.length / n }, (_, s) =>
    dot(scenarios.subarray(s * n, (s + 1) * n), away),
  );
}

/** (S) of sum 1. */
function likelihoods(count: number, probabilities: Float64Array | undefined): Float64Array {
  return probabilities ?? new Float64Array(count).fill(1 / count);
}

/** sum_s p_s |result_s - mean result|. */
function meanAbsoluteDeviation(results: Float64Array, probabilities: Float64Array): number {
  const mean = dot(results, probabilities);
  return results.reduce((sum, result, s) => sum + probabilities[s]! * Math.abs(result - mean), 0);
}

/** The measure as `TailMeasure` defines it. */
export function valueOf(measure: TailMeasure, weights: Float64Array): number {
  const results = resultsOf(measure, weights);
  switch (measure.kind) {
    case 'cvar':
      return meanOfWorst(
        results.map((result) => -result),
        measure.probabilities,
        measure.level,
      );
    case 'drawdown':
      return meanOfWorst(drawdownsOf(results), undefined, measure.level);
    case 'mean-absolute-deviation':
      return meanAbsoluteDeviation(results, likelihoods(results.length, measure.probabilities));
  }
}
