/**
 * Exact decimals for money, price and quantity: at most 28 significant digits, 10 of them after the point, which is
 * what the `numeric(28,10)` columns hold. Arithmetic keeps every digit (precision 80 covers a product of two); only
 * `divide` and `round` lose digits, and both name the rounding.
 */
import { Decimal as Library } from 'decimal.js';

import type { Violation } from './fault.ts';

/** An isolated constructor: nobody else's `Decimal.set` can change our precision. */
export const Decimal = Library.clone({ precision: 80, rounding: Library.ROUND_HALF_EVEN, toExpNeg: -40, toExpPos: 60 });
export type Decimal = Library;

export const digitsMax = 28;
export const decimalsMax = 10;
export const zero = new Decimal(0);

const grammar = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;

/** Why a text is not a decimal, or undefined when it is. Exponents, signs `+`, spaces, separators and NaN are refused. */
export function decimalProblem(text: string): string | undefined {
  if (text === '') return 'must be a decimal, for example "12.50"; it is empty';
  if (!grammar.test(text))
    return `must be a decimal like "12.50" without sign +, exponent, spaces or separators; got ${JSON.stringify(text)}`;
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const digits = (whole === '0' ? 0 : whole.length) + fraction.length;
  if (fraction.length > decimalsMax)
    return `has ${String(fraction.length)} decimals; at most ${String(decimalsMax)} are kept`;
  if (digits > digitsMax || whole.length > digitsMax - decimalsMax) {
    return `has too many digits: at most ${String(digitsMax - decimalsMax)} before and ${String(decimalsMax)} after the point`;
  }
  return undefined;
}

/** Parses a decimal that the caller has already admitted, or throws a RangeError (a bug, not bad input). */
export function decimalOf(text: string): Decimal {
  const problem = decimalProblem(text);
  if (problem !== undefined) throw new RangeError(`decimal ${problem}`);
  return new Decimal(text === '-0' ? '0' : text);
}

/** Reads a decimal field and reports into `violations`; zero stands in for what was refused. */
export function readDecimal(text: string, field: string, violations: Violation[]): Decimal {
  const problem = decimalProblem(text);
  if (problem === undefined) return decimalOf(text);
  violations.push({ field, description: problem, reason: 'NUMBER_INVALID' });
  return zero;
}

/** The canonical text: no exponent, no trailing zeros, no negative zero. */
export function decimalText(value: Decimal): string {
  return value.isZero() ? '0' : value.toFixed();
}

export function sumOf(values: Iterable<Decimal>): Decimal {
  let total = zero;
  for (const value of values) total = total.plus(value);
  return total;
}
