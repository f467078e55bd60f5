/** A symmetric positive semidefinite n x n matrix known by what it is, so that a solver may exploit it. Row-major everywhere. */
export type SymmetricOperator =
  | { readonly kind: 'dense'; readonly size: number; readonly entries: Float64Array }
  | { readonly kind: 'diagonal'; readonly size: number; readonly entries: Float64Array }
  | {
      /** exposures (n x k) factorCovariance (k x k) exposures' + diag(specific (n)). */
      readonly kind: 'factor';
      readonly size: number;
      readonly factors: number;
      readonly exposures: Float64Array;
      readonly factorCovariance: Float64Array;
      readonly specific: Float64Array;
    }
  | { readonly kind: 'sum'; readonly size: number; readonly terms: readonly SymmetricOperator[] };
