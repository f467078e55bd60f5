/** Joint outcomes of all assets: the ground of tail risk, stress and entropy pooling. */
export interface Scenarios {
  /** S */
  readonly count: number;
  /** (S x n) row-major simple returns over one period. */
  readonly returns: Float64Array;
  /** (S) positive, sum 1; equally likely when absent. */
  readonly probabilities?: Float64Array;
  /** Periods in a year: 252 when a scenario is a trading day. Tail measures speak of one period. */
  readonly periodsPerYear: number;
  /** Whether they follow each other in time, so that a drawdown means something. */
  readonly isPath: boolean;
}
