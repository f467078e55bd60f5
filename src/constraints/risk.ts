/** Risk of holdings for `check`: the quadratic form from its definition, without any factorization. */
import { inner, productOf } from '../problem/certificate-operator.ts';
import type { SymmetricOperator } from '../problem/operator.ts';
import type { Situation } from '../problem/situation.ts';
import { Fault } from '../values/fault.ts';

/** Periods in a year by name of the period: trading days, calendar months. */
export const periodsPerYear = { annual: 1, monthly: 12, daily: 252 } as const;
export type Period = keyof typeof periodsPerYear;

/** sqrt(x' Q x); rounding below zero counts as zero, so that a riskless position has no imaginary risk. */
export function deviation(operator: SymmetricOperator, x: Float64Array): number {
  return Math.sqrt(Math.max(0, inner(x, productOf(operator, x))));
}

/** The covariance that lowering and checking need; its absence is refused by name. */
export function covarianceOf(situation: Situation, constraint: string): SymmetricOperator {
  if (situation.covariance === undefined) {
    throw new Fault(
      'RISK_MODEL_INVALID',
      `the ${constraint} limit needs a covariance, and none was given or estimated`,
    );
  }
  return situation.covariance;
}
