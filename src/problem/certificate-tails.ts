/** Scenario tails for the independent check, from their definitions and from the conditions on the stress that stands for each. */
import type { Problem, Tail, TailMeasure, TailTerm } from './problem.ts';
import type { Multipliers, TailStress } from './solution.ts';
import type { CheckedTerm } from './certificate-extension.ts';

/** (S) r_s'(w - centre); assets that stand at the centre are passed over. */
export function resultsOf({ scenarios, centre }: TailMeasure, w: Float64Array): Float64Array {
  const n = w.length;
  const away: number[] = [];
  for (let i = 0; i < n; i++) if (w[i] !== (centre?.[i] ?? 0)) away.push(i);
  const positions = Int32Array.from(away);
  const distance = Float64Array.from(away, (i) => w[i]! - (centre?.[i] ?? 0));
  const results = new Float64Array(scenarios.length / n);
  for (let s = 0; s < results.length; s++) {
    let total = 0;
    for (let k = 0; k < positions.length; k++) total += scenarios[s * n + positions[k]!]! * distance[k]!;
    results[s] = total;
  }
  return results;
}

/** The measure at w, in the unit of the scenarios. */
export function tailAt(measure: TailMeasure, w: Float64Array): number {
  return valueOf(measure, resultsOf(measure, w));
}

function valueOf(measure: TailMeasure, results: Float64Array): number {
  const probabilities = probabilitiesOf(measure, results.length);
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

function probabilitiesOf({ probabilities }: TailMeasure, count: number): Float64Array {
  return probabilities ?? new Float64Array(count).fill(1 / count);
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
  if (level === 1) return losses.reduce((worst, loss) => Math.max(worst, loss), -Infinity);
  const order = [...losses.keys()].sort((a, b) => losses[b]! - losses[a]!);
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

/** Largest entries by scenarios, which are never changed. */
const largestKnown = new WeakMap<Float64Array, number>();

/** The largest gain or loss of a single asset held whole. */
export function largestResult({ scenarios }: TailMeasure): number {
  let largest = largestKnown.get(scenarios) ?? 0;
  if (largest > 0) return largest;
  for (let k = 0; k < scenarios.length; k++) largest = Math.max(largest, Math.abs(scenarios[k]!));
  largestKnown.set(scenarios, largest);
  return largest;
}

/** The linear function `slope'(w - centre)` that a stress stands for. */
export interface TailMinorant {
  readonly slope: Float64Array;
  /** How far the stress is from one that keeps the function below the measure everywhere, in units of the slope; NaN when it has the wrong size. */
  readonly broken: number;
}

/** Shapes, signs, caps and sums of the stress are judged here and nowhere taken for granted. */
export function minorantOf(measure: TailMeasure, stress: TailStress, n: number): TailMinorant {
  const count = measure.scenarios.length / n;
  const { losses, peaks } = stress;
  if (losses.length !== count || !losses.every(Number.isFinite)) return { slope: new Float64Array(n), broken: NaN };
  const probabilities = probabilitiesOf(measure, count);
  const largest = largestResult(measure);
  switch (measure.kind) {
    case 'cvar': {
      const broken = sharesBroken(losses, probabilities, measure.level);
      const weights = losses.map((q) => -q);
      return { slope: combined(measure.scenarios, weights, n), broken: broken * largest };
    }
    case 'drawdown': {
      const paths = pathWeights(losses, peaks);
      const broken = paths.broken + sharesBroken(losses, probabilities, measure.level) * count;
      return { slope: combined(measure.scenarios, paths.weights, n), broken: broken * largest };
    }
    case 'mean-absolute-deviation': {
      let broken = 0;
      let total = 0;
      losses.forEach((q, s) => {
        broken += Math.max(0, Math.abs(q) - probabilities[s]!);
        total += q;
      });
      const weights = losses.map((q, s) => q - probabilities[s]! * total);
      return { slope: combined(measure.scenarios, weights, n), broken: broken * largest };
    }
  }
}

/** By how much the shares leave 0 <= q_s <= p_s / (1 - level) and their sum leaves 1. */
function sharesBroken(q: Float64Array, probabilities: Float64Array, level: number): number {
  let broken = 0;
  let total = 0;
  for (let s = 0; s < q.length; s++) {
    const cap = level === 1 ? Infinity : probabilities[s]! / (1 - level);
    broken += Math.max(0, -q[s]!, q[s]! - cap);
    total += q[s]!;
  }
  return broken + Math.abs(total - 1);
}

/**
 * `sum_t peaks_t C_t - sum_s q_s C_s` over single results: the running surplus of peaks over losses enters each with the opposite sign.
 */
function pathWeights(losses: Float64Array, peaks: Float64Array | undefined) {
  const count = losses.length;
  const weights = new Float64Array(count);
  if (peaks?.length !== count + 1 || !peaks.every(Number.isFinite)) return { weights, broken: NaN };
  let broken = 0;
  let surplus = 0;
  for (let s = 0; s < count; s++) {
    broken += Math.max(0, -peaks[s]!);
    surplus += peaks[s]!;
    weights[s] = -surplus;
    // A peak at the same time as the loss comes before it.
    broken = Math.max(broken, losses[s]! - surplus - peaks[s + 1]!);
    surplus -= losses[s]!;
  }
  broken += Math.max(0, -peaks[count]!);
  return { weights, broken: Math.max(broken, Math.abs(surplus + peaks[count]!)) * count };
}

/** (n) sum_s weights_s r_s. */
function combined(scenarios: Float64Array, weights: Float64Array, n: number): Float64Array {
  const slope = new Float64Array(n);
  for (let s = 0; s < weights.length; s++) {
    const weight = weights[s]!;
    if (weight === 0) continue;
    for (let i = 0; i < n; i++) slope[i] = slope[i]! + weight * scenarios[s * n + i]!;
  }
  return slope;
}

/** `slope'(w - centre)`. */
export function minorantAt({ slope }: TailMinorant, { centre }: TailMeasure, w: Float64Array): number {
  let total = 0;
  for (let i = 0; i < w.length; i++) total += slope[i]! * (w[i]! - (centre?.[i] ?? 0));
  return total;
}

export function checkedTails(problem: Problem, w: Float64Array, y: Multipliers | undefined): readonly CheckedTerm[] {
  const terms = problem.tailTerms ?? [];
  return [
    ...terms.map((term, k) => checkedTerm(term, w, y === undefined ? undefined : (y.tailTerms?.[k] ?? 'missing'))),
    ...problem.tails.map((tail, k) => checkedLimit(tail, w, y === undefined ? undefined : (y.tails?.[k] ?? 'missing'))),
  ];
}

function checkedTerm(term: TailTerm, w: Float64Array, stress: TailStress | 'missing' | undefined): CheckedTerm {
  const objective = term.weight * tailAt(term, w);
  if (stress === undefined || term.weight === 0) return { objective, gap: 0, wrong: 0 };
  if (stress === 'missing') return { objective, gap: 0, wrong: Infinity };
  const minorant = minorantOf(term, stress, w.length);
  return { objective, ...weighed(minorant, term.weight, objective - term.weight * minorantAt(minorant, term, w)) };
}

function checkedLimit(
  tail: Tail,
  w: Float64Array,
  given: { readonly price: number; readonly stress: TailStress } | 'missing' | undefined,
): CheckedTerm {
  const value = tailAt(tail, w);
  const slack = tail.bound - value;
  const bound = tail.bound === Infinity ? 0 : Math.abs(tail.bound);
  const scale = Math.max(Math.abs(value), bound, largestResult(tail), Number.MIN_VALUE);
  const violation = Number.isNaN(slack) ? Infinity : Math.max(0, -slack) / scale;
  const price = given === undefined || given === 'missing' ? 0 : given.price;
  const sides = { lower: -Infinity, upper: tail.bound };
  const figure = { kind: 'tail', origin: tail.origin, value, ...sides, slack, violation, multiplier: price } as const;
  // A limit without multiplier counts as not binding.
  if (given === undefined || given === 'missing' || price === 0) return { objective: 0, gap: 0, wrong: 0, figure };
  if (!(price > 0 && tail.bound < Infinity)) return { objective: 0, gap: 0, wrong: Infinity, figure };
  const minorant = minorantOf(tail, given.stress, w.length);
  const lost = price * (value - minorantAt(minorant, tail, w)) + price * slack;
  return { objective: 0, figure, ...weighed(minorant, price, lost) };
}

function weighed({ slope, broken }: TailMinorant, weight: number, lost: number) {
  return {
    slope: slope.map((value) => weight * value),
    gap: Math.abs(lost),
    wrong: Number.isNaN(broken) ? Infinity : weight * broken,
  };
}
