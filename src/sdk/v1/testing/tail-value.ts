/** Measures of loss over scenarios, from their definitions: see `TailMeasure`. */
import type { TailMeasure } from '../../../problem/problem.ts';

/** The measure at weights (n), in the unit of the scenarios. */
export function tailValue(measure: TailMeasure, weights: Float64Array): number {
  const { kind, scenarios, centre, level } = measure;
  const n = weights.length;
  const count = scenarios.length / n;
  const away = weights.map((weight, i) => weight - (centre?.[i] ?? 0));
  const results = Float64Array.from({ length: count }, (_, s) =>
    away.reduce((total, weight, i) => total + scenarios[s * n + i]! * weight, 0),
  );
  const likely = measure.probabilities ?? new Float64Array(count).fill(1 / count);
  const mean = (values: Float64Array): number => values.reduce((total, value, s) => total + likely[s]! * value, 0);
  if (kind === 'mean-absolute-deviation') {
    const middle = mean(results);
    return mean(results.map((result) => Math.abs(result - middle)));
  }
  const losses = kind === 'cvar' ? results.map((result) => -result) : drawdowns(results);
  if (level === 1) return losses.reduce((worst, loss) => Math.max(worst, loss), -Infinity);
  // The least value of t + mean of (loss - t)+ / (1 - level) over t, which one of the losses attains.
  const above = (t: number): number => t + mean(losses.map((loss) => Math.max(0, loss - t))) / (1 - level);
  return losses.reduce((least, loss) => Math.min(least, above(loss)), Infinity);
}

function drawdowns(results: Float64Array): Float64Array {
  let sum = 0;
  let peak = 0;
  return results.map((result) => {
    sum += result;
    peak = Math.max(peak, sum);
    return peak - sum;
  });
}
