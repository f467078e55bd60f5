/**
 * The one rounding rule of money: a value is rounded to the minor unit of its currency, half to even, at the moment when it is booked or
 * reported. What is rounded once is added up exactly from then on.
 */
import { minorUnitOf } from './currency.ts';
import { Decimal } from './decimal.ts';
import type { Violation } from './fault.ts';
import { decimalProblem, decimalText } from './decimal.ts';

/** Rounded half to even to the minor unit: cents for USD, whole yen for JPY. */
export function rounded(value: Decimal, currency: string): Decimal {
  return value.toDecimalPlaces(minorUnitOf(currency), Decimal.ROUND_HALF_EVEN);
}

/** The smallest amount of the currency. */
export function minorAmount(currency: string): Decimal {
  return new Decimal(10).pow(-minorUnitOf(currency));
}

/** Reports a computed amount that no longer fits what can be stored. */
export function checkStorable(value: Decimal, field: string, violations: Violation[]): void {
  const problem = decimalProblem(decimalText(value));
  if (problem !== undefined) {
    violations.push({
      field,
      description: `would lead to ${decimalText(value)}, which ${problem}`,
      reason: 'NUMBER_INVALID',
    });
  }
}
