/** What every strategy here reads from its task, and the restrictions that they add. */
import { heldWithin, quadraticForm, volatilities } from '@veritasvault/portfolio/sdk/v1';
import type { Lowered, SymmetricOperator, Task } from '@veritasvault/portfolio/sdk/v1';

/** sum_i w_i = invested, w >= 0, and w_i = 0 where `held` says so. */
export function longOnly<Parameters>(
  task: Task<Parameters>,
  invested: number,
  held: (position: number) => boolean = () => true,
): Lowered {
  const { length: n } = task.situation.universe.assets;
  const origin = task.origin('assets without a risk budget are not held');
  const within = heldWithin(n, { invested, upper: () => Infinity }, (text) => task.origin(text));
  const shut = Array.from({ length: n }, (_, position) => position).filter((position) => !held(position));
  const bounds = shut.map((position) => ({ position, lower: 0, upper: 0, origin }));
  return { ...within, bounds: [...(within.bounds ?? []), ...bounds] };
}

/** A variance this small beside that without any diversification is rounding. */
const rounding = 1e-12;

/** Whether weights (n) have any risk: not where they hold only what has none, nor where what they hold cancels out. */
export function hasRisk(covariance: SymmetricOperator, weights: Float64Array): boolean {
  const deviations = volatilities(covariance);
  const undiversified = weights.reduce((sum, weight, i) => sum + Math.abs(weight) * deviations[i]!, 0);
  return quadraticForm(covariance, weights) > rounding * undiversified * undiversified;
}

/**
 * What the invested fraction itself costs: the sum of the multipliers of all rows that speak of the sum of all weights, the client's and the
 * strategy's, in the order in which a problem lists them.
 */
export function priceOfInvesting(restrictions: readonly Lowered[], rowMultipliers: Float64Array, n: number): number {
  let price = 0;
  let r = 0;
  for (const { rows = [] } of restrictions)
    for (const { positions, coefficients } of rows) {
      const multiplier = rowMultipliers[r++] ?? 0;
      const [first = 0] = coefficients;
      const speaksOfAll = positions.length === n && coefficients.every((value) => value === first);
      if (speaksOfAll) price += multiplier * first;
    }
  return price;
}
