/**
 * Limits on shares of risk for the independent check, from their definition. Not convex: a price that is not zero makes the point
 * stationary, and no more than that.
 */
import type { CheckedTerm } from './certificate-extension.ts';
import { away, inner, productOf } from './certificate-operator.ts';
import type { Problem, RiskShare } from './problem.ts';
import type { Multipliers } from './solution.ts';

interface ShareAt {
  /** NaN where the variance is 0. */
  readonly share: number;
  /** (n) its gradient. */
  readonly slope: Float64Array;
}

export function riskShareAt({ operator, centre, contribution }: RiskShare, w: Float64Array): ShareAt {
  const distance = away(w, centre);
  const product = productOf(operator, distance);
  const variance = inner(distance, product);
  let part = 0;
  const slope = new Float64Array(w.length);
  if (contribution.kind === 'assets') {
    const own = new Float64Array(w.length);
    for (const i of contribution.positions) {
      part += distance[i]! * product[i]!;
      own[i] = distance[i]!;
      slope[i] = product[i]!;
    }
    productOf(operator, own).forEach((value, i) => (slope[i] = slope[i]! + value));
  } else {
    const { exposures, pull } = contribution;
    const [exposed, pulled] = [inner(exposures, distance), inner(pull, distance)];
    part = exposed * pulled;
    for (let i = 0; i < w.length; i++) slope[i] = exposures[i]! * pulled + pull[i]! * exposed;
  }
  const share = variance > 0 ? part / variance : NaN;
  return { share, slope: slope.map((value, i) => (value - 2 * share * product[i]!) / variance) };
}

export function checkedRiskShares(
  problem: Problem,
  w: Float64Array,
  y: Multipliers | undefined,
): readonly CheckedTerm[] {
  return (problem.riskShares ?? []).map((limit, k) => {
    const { lower, upper, origin } = limit;
    const { share, slope } = riskShareAt(limit, w);
    // Without variance there are no shares, and every limit holds.
    const value = Number.isNaN(share) ? Math.min(Math.max(0, lower), upper) : share;
    const slack = Math.min(value - lower, upper - value);
    const violation = Number.isNaN(slack) ? Infinity : Math.max(0, -slack);
    const multiplier = y?.riskShares?.[k] ?? 0;
    const figure = { kind: 'risk share', origin, value, lower, upper, slack, violation, multiplier } as const;
    if (multiplier === 0) return { objective: 0, gap: 0, wrong: 0, figure };
    const side = multiplier > 0 ? upper : lower;
    if (!Number.isFinite(side) || Number.isNaN(share)) return { objective: 0, gap: 0, wrong: Infinity, figure };
    const pull = slope.map((entry) => multiplier * entry);
    return { objective: 0, slope: pull, gap: Math.abs(multiplier * (side - value)), wrong: 0, figure };
  });
}
