/** Risk of holdings for `check`: the quadratic form from its definition, without any factorization. */
import type { SymmetricOperator } from '../problem/operator.ts';
import type { Situation } from '../problem/situation.ts';
import { Fault } from '../values/fault.ts';

/** Periods in a year by name of the period: trading days, calendar months. */
export const periodsPerYear = { annual: 1, monthly: 12, daily: 252 } as const;
export type Period = keyof typeof periodsPerYear;

/** x' Q x; x has length n. */
export function quadraticForm(operator: SymmetricOperator, x: Float64Array): number {
  switch (operator.kind) {
    case 'dense':
      return denseForm(operator.entries, x);
    case 'diagonal':
      return x.reduce((sum, value, position) => sum + operator.entries[position]! * value * value, 0);
    case 'factor': {
      const { factors, exposures } = operator;
      const loads = new Float64Array(factors);
      let specific = 0;
      x.forEach((value, position) => {
        specific += operator.specific[position]! * value * value;
        for (let factor = 0; factor < factors; factor += 1)
          loads[factor]! += exposures[position * factors + factor]! * value;
      });
      return denseForm(operator.factorCovariance, loads) + specific;
    }
    case 'sum':
      return operator.terms.reduce((sum, term) => sum + quadraticForm(term, x), 0);
  }
}

function denseForm(entries: Float64Array, x: Float64Array): number {
  let total = 0;
  for (let row = 0; row < x.length; row += 1) {
    let product = 0;
    for (let column = 0; column < x.length; column += 1) product += entries[row * x.length + column]! * x[column]!;
    total += x[row]! * product;
  }
  return total;
}

/** sqrt(x' Q x); rounding below zero counts as zero, so that a riskless position has no imaginary risk. */
export function deviation(operator: SymmetricOperator, x: Float64Array): number {
  return Math.sqrt(Math.max(0, quadraticForm(operator, x)));
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
