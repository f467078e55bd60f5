/** What each factor contributes to the variance of a portfolio, as shares of it, and how that changes with the weights. */
import { applyOperator, dot, pseudoinverse } from '@veritasvault/portfolio/sdk/v1';
import type { FactorExposures, SymmetricOperator } from '@veritasvault/portfolio/sdk/v1';

/**
 * The share of factor j is y_j m_j / v: its exposure y = A'w (p) times the marginal m = P w (p) over the variance v = w'C w. `projection`:
 * P = A^+ C with the pseudoinverse of A (Roncalli and Weisang 2016). `model`: P = F B' of a covariance B F B' + D.
 */
export const shareDefinitions = ['projection', 'model'] as const;
export type ShareDefinition = (typeof shareDefinitions)[number];

export interface FactorShares {
  readonly covariance: SymmetricOperator;
  /** (p x n) rows of A'. */
  readonly exposures: readonly Float64Array[];
  /** (p x n) rows of P. */
  readonly pulls: readonly Float64Array[];
}

export interface SharesAt {
  readonly variance: number;
  /** (p) */
  readonly exposures: Float64Array;
  /** (p); what they leave of 1 is the rest. */
  readonly shares: Float64Array;
  /** (p x n) derivatives of the shares. */
  readonly gradients: readonly Float64Array[];
}

/** Columns of the exposures (n x k) as rows (p x n), for the factors of these names. */
export function exposuresOf({ names, exposures }: FactorExposures, chosen: readonly string[]): readonly Float64Array[] {
  const k = names.length;
  const n = exposures.length / Math.max(1, k);
  return chosen.map((name) => {
    const column = names.indexOf(name);
    return Float64Array.from({ length: n }, (_, i) => exposures[i * k + column]!);
  });
}

/** Rows of A^+ C; undefined when the exposures depend on each other linearly. */
export function projectedPulls(
  exposures: readonly Float64Array[],
  covariance: SymmetricOperator,
): readonly Float64Array[] | undefined {
  const inverse = pseudoinverse(exposures);
  return inverse?.map((row) => applyOperator(covariance, row));
}

/** Rows of F B' for the factors in these columns. */
export function modelPulls(
  { size: n, factors: k, exposures, factorCovariance }: SymmetricOperator & { readonly kind: 'factor' },
  columns: readonly number[],
): readonly Float64Array[] {
  return columns.map((column) =>
    Float64Array.from({ length: n }, (_, i) => {
      let sum = 0;
      for (let a = 0; a < k; a++) sum += factorCovariance[column * k + a]! * exposures[i * k + a]!;
      return sum;
    }),
  );
}

export function sharesAt({ covariance, exposures, pulls }: FactorShares, weights: Float64Array): SharesAt {
  const marginal = applyOperator(covariance, weights);
  const variance = dot(weights, marginal);
  const held = Float64Array.from(exposures, (row) => dot(row, weights));
  const pulled = pulls.map((row) => dot(row, weights));
  const shares = held.map((exposure, j) => (exposure * pulled[j]!) / variance);
  const gradients = exposures.map((row, j) =>
    row.map(
      (exposure, i) => (exposure * pulled[j]! + pulls[j]![i]! * held[j]! - 2 * shares[j]! * marginal[i]!) / variance,
    ),
  );
  return { variance, exposures: held, shares, gradients };
}
