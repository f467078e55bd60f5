/** What every strategy here reads from its task, and the restrictions that they add. */
import type { Lowered, SymmetricOperator, Task } from '@veritasvault/portfolio/sdk/v1';

/** (n) variances: the diagonal of the covariance. */
export function variances(covariance: SymmetricOperator): Float64Array {
  const n = covariance.size;
  switch (covariance.kind) {
    case 'dense':
      return Float64Array.from({ length: n }, (_, i) => covariance.entries[i * n + i]!);
    case 'diagonal':
      return Float64Array.from(covariance.entries);
    case 'factor': {
      const { factors: k, exposures, factorCovariance, specific } = covariance;
      return specific.map((own, i) => {
        let total = own;
        for (let a = 0; a < k; a++)
          for (let b = 0; b < k; b++)
            total += exposures[i * k + a]! * factorCovariance[a * k + b]! * exposures[i * k + b]!;
        return total;
      });
    }
    case 'sum': {
      const total = new Float64Array(n);
      for (const term of covariance.terms) variances(term).forEach((value, i) => (total[i] = total[i]! + value));
      return total;
    }
  }
}

/** sum_i w_i = invested, w >= 0, and w_i = 0 where `held` says so. */
export function longOnly<Parameters>(
  task: Task<Parameters>,
  invested: number,
  held: (position: number) => boolean,
): Lowered {
  const { assets } = task.situation.universe;
  const positions = Int32Array.from(assets.keys());
  const budget = task.origin(`invested exactly ${invested}`);
  const long = task.origin('long only');
  const unbudgeted = task.origin('assets without a risk budget are not held');
  return {
    bounds: assets.map((_, position) =>
      held(position)
        ? { position, lower: 0, upper: Infinity, origin: long }
        : { position, lower: 0, upper: 0, origin: unbudgeted },
    ),
    rows: [
      {
        positions,
        coefficients: new Float64Array(assets.length).fill(1),
        lower: invested,
        upper: invested,
        origin: budget,
      },
    ],
  };
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
