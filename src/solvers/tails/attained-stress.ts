/** The scenario weights at which a measure is attained at given weights. */
import type { TailMeasure } from '../../problem/problem.ts';
import type { TailStress } from '../../problem/solution.ts';
import { ranked } from './hinges-in-play.ts';

/** @param results (S) r_s'(w - centre) */
export function attainedStress(measure: TailMeasure, results: Float64Array): TailStress {
  const count = results.length;
  const probability = (s: number): number => measure.probabilities?.[s] ?? 1 / count;
  if (measure.kind === 'mean-absolute-deviation') {
    let mean = 0;
    for (let s = 0; s < count; s++) mean += probability(s) * results[s]!;
    return { losses: results.map((result, s) => Math.sign(result - mean) * probability(s)) };
  }
  if (measure.kind === 'cvar') return { losses: worstShares(results, probability, measure.level) };
  let sum = 0;
  let peak = 0;
  let at = 0;
  const peakOf = new Int32Array(count);
  const depths = results.map((result, s) => {
    sum += result;
    if (sum > peak) {
      peak = sum;
      at = s + 1;
    }
    peakOf[s] = at;
    return sum - peak;
  });
  const losses = worstShares(depths, () => 1 / count, measure.level);
  const peaks = new Float64Array(count + 1);
  losses.forEach((share, s) => (peaks[peakOf[s]!] = peaks[peakOf[s]!]! + share));
  return { losses, peaks };
}

/** The worst (1 - level) share of probability, scaled to sum 1. */
function worstShares(results: Float64Array, probability: (s: number) => number, level: number): Float64Array {
  const shares = new Float64Array(results.length);
  let left = 1;
  for (const s of ranked(results)) {
    const share = level === 1 ? left : Math.min(probability(s) / (1 - level), left);
    shares[s] = share;
    left -= share;
    if (!(left > 0)) break;
  }
  return shares;
}
