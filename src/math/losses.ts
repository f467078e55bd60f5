/** Losses by scenario, and what is read from them. */

/** Sums of probabilities round: a level this close to one of them has been reached. */
const rounding = 1e-12;

/** Losses from the largest to the smallest with their probabilities, equally likely where there are none. */
function ranked(
  losses: Float64Array,
  probabilities: Float64Array | undefined,
): readonly (readonly [loss: number, probability: number])[] {
  return Array.from(losses, (loss, s) => [loss, probabilities?.[s] ?? 1 / losses.length] as const).sort(
    ([a], [b]) => b - a,
  );
}

/**
 * The mean of the worst (1 - level) share of losses (S), the one at the boundary counted in part; level 1 is the largest loss alone
 * (Rockafellar and Uryasev 2000). S log S.
 */
export function meanOfWorst(losses: Float64Array, probabilities: Float64Array | undefined, level: number): number {
  const order = ranked(losses, probabilities);
  const share = 1 - level;
  if (share <= rounding) return order[0]?.[0] ?? NaN;
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

/** The least loss of (S) that is not exceeded with a probability of at least `level`. */
export function valueAtRisk(losses: Float64Array, probabilities: Float64Array | undefined, level: number): number {
  // Above a loss lie those before it.
  let above = 0;
  const order = ranked(losses, probabilities);
  for (const [loss, probability] of order) {
    above += probability;
    if (above > 1 - level + rounding) return loss;
  }
  return order.at(-1)?.[0] ?? NaN;
}

/** (S) max_{t <= s} C_t - C_s, C_0 = 0 and C the running sum of results (S). */
export function drawdownsOf(results: Float64Array): Float64Array {
  let sum = 0;
  let peak = 0;
  return results.map((result) => {
    sum += result;
    peak = Math.max(peak, sum);
    return peak - sum;
  });
}
