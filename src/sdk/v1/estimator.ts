/** Estimator contracts, as the domain states them. */
export type * from '../../problem/estimator.ts';
