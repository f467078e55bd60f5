/** A tail measure as the rounds see it: what of it is in play, and what the rest is taken for meanwhile. */
import type { TailMeasure } from '../../problem/problem.ts';
import type { TailStress } from '../../problem/solution.ts';
import type { ProgramBuilder, Room } from './program-builder.ts';

/** The assets in play, and where the others stand. */
export interface Columns {
  /** Ascending. */
  readonly assets: Int32Array;
  /** (n) weights of the assets out of play; 0 for those in play. */
  readonly base: Float64Array;
}

/** Slacks and multipliers that a solved program gives back to whoever wrote part of it. */
export interface ProgramAnswer {
  readonly x: Float64Array;
  /** (pieces) */
  readonly multipliers: Float64Array;
  /** (limits) */
  readonly limitPrices: Float64Array;
}

/** Never above the measure, and the measure itself where everything that matters is in play. */
export interface MeasureInPlay {
  readonly measure: TailMeasure;
  room(): Room;
  /** @param factor of the measure in the objective or the limit @param limit -1 for the objective @param base (S) results of the assets out of play */
  write(builder: ProgramBuilder, columns: Columns, base: Float64Array, factor: number, limit: number): void;
  /**
   * Brings into play what an answer has wrong.
   * @param results (S) at the answer @param reshape whether what clearly matters not may leave
   * @returns how many came in
   */
  review(results: Float64Array, answer: ProgramAnswer, reshape: boolean): number;
  /** What stands for the measure at the answer; `price` is what its groups share out. */
  stress(results: Float64Array, answer: ProgramAnswer, price: number): TailStress;
  everything(): void;
}

/** (S) r_s'(w - centre), passing over assets that stand at the centre. */
export function resultsAt({ scenarios, centre }: TailMeasure, w: Float64Array): Float64Array {
  const n = w.length;
  const distance = new Float64Array(n);
  const positions = new Int32Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) {
    const away = w[i]! - (centre?.[i] ?? 0);
    if (away === 0) continue;
    positions[count] = i;
    distance[count++] = away;
  }
  const results = new Float64Array(scenarios.length / n);
  if (count === 0) return results;
  for (let s = 0; s < results.length; s++) {
    const start = s * n;
    let total = 0;
    for (let k = 0; k < count; k++) total += scenarios[start + positions[k]!]! * distance[k]!;
    results[s] = total;
  }
  return results;
}

/** (n) sum_s weights_s r_s. */
export function combinedScenarios(scenarios: Float64Array, weights: Float64Array, n: number): Float64Array {
  const sum = new Float64Array(n);
  for (let s = 0; s < weights.length; s++) {
    const weight = weights[s]!;
    if (weight === 0) continue;
    const start = s * n;
    for (let i = 0; i < n; i++) sum[i] = sum[i]! + weight * scenarios[start + i]!;
  }
  return sum;
}

/** (n) slope of the linear function that a stress stands for. */
export function slopeOf(measure: TailMeasure, { losses, peaks }: TailStress, n: number): Float64Array {
  if (measure.kind === 'drawdown') {
    let surplus = 0;
    const weights = losses.map((q, s) => {
      surplus += peaks![s]!;
      const weight = -surplus;
      surplus -= q;
      return weight;
    });
    return combinedScenarios(measure.scenarios, weights, n);
  }
  if (measure.kind === 'cvar')
    return combinedScenarios(
      measure.scenarios,
      losses.map((q) => -q),
      n,
    );
  let total = 0;
  for (let s = 0; s < losses.length; s++) total += losses[s]!;
  const probability = (s: number): number => measure.probabilities?.[s] ?? 1 / losses.length;
  return combinedScenarios(
    measure.scenarios,
    losses.map((q, s) => q - probability(s) * total),
    n,
  );
}
