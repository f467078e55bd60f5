/** Scenario tails for the independent check, from their definitions. */
import type { Problem, TailMeasure } from './problem.ts';
import type { CheckedTerm } from './certificate-extension.ts';

/** (S) r_s'(w - centre). */
export function resultsOf({ scenarios, centre }: TailMeasure, w: Float64Array): Float64Array {
  const n = w.length;
  return Float64Array.from({ length: scenarios.length / n }, (_, s) => {
    let total = 0;
    for (let i = 0; i < n; i++) total += scenarios[s * n + i]! * (w[i]! - (centre?.[i] ?? 0));
    return total;
  });
}

/** The measure at w, in the unit of the scenarios. */
export function tailAt(measure: TailMeasure, w: Float64Array): number {
  const results = resultsOf(measure, w);
  const count = results.length;
  const probabilities = measure.probabilities ?? new Float64Array(count).fill(1 / count);
  switch (measure.kind) {
    case 'cvar':
      return worstMean(
        results.map((result) => -result),
        probabilities,
        measure.level,
      );
    case 'drawdown':
      return worstMean(drawdownsOf(results), probabilities, measure.level);
    case 'mean-absolute-deviation': {
      const mean = results.reduce((total, result, s) => total + probabilities[s]! * result, 0);
      return results.reduce((total, result, s) => total + probabilities[s]! * Math.abs(result - mean), 0);
    }
  }
}

function drawdownsOf(results: Float64Array): Float64Array {
  let sum = 0;
  let peak = 0;
  return results.map((result) => {
    sum += result;
    peak = Math.max(peak, sum);
    return peak - sum;
  });
}

/** Mean of the worst (1 - level) share, the scenario at the boundary counted in part. */
function worstMean(losses: Float64Array, probabilities: Float64Array, level: number): number {
  const order = [...losses.keys()].sort((a, b) => losses[b]! - losses[a]!);
  if (level === 1) return losses[order[0]!]!;
  let left = 1 - level;
  let total = 0;
  for (const s of order) {
    const share = Math.min(probabilities[s]!, left);
    total += share * losses[s]!;
    left -= share;
    if (!(left > 0)) break;
  }
  return total / (1 - level);
}

export function checkedTails(problem: Problem, w: Float64Array): readonly CheckedTerm[] {
  return problem.tails.map((tail) => {
    const value = tailAt(tail, w);
    const slack = tail.bound - value;
    const scale = Math.max(Math.abs(value), tail.bound === Infinity ? 0 : Math.abs(tail.bound), Number.MIN_VALUE);
    const violation = Number.isNaN(slack) ? Infinity : Math.max(0, -slack) / scale;
    const sides = { lower: -Infinity, upper: tail.bound };
    return {
      objective: 0,
      gap: 0,
      wrong: 0,
      figure: { kind: 'tail', origin: tail.origin, value, ...sides, slack, violation, multiplier: 0 },
    };
  });
}
