/**
 * Reads the plain fields of drafts. Each reader reports what is wrong under the path that the caller wrote and returns a value that
 * later checks can stand on, so that one request tells all its problems at once.
 */
import { isCalendarDate } from './clock.ts';
import type { CalendarDate } from './clock.ts';
import { currencyProblem, isCurrency } from './currency.ts';
import { readDecimal, zero } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import type { Violation } from './fault.ts';

/** Control characters would forge log lines, lone surrogates cannot be stored. */
function textProblem(text: string, charactersMin: number, charactersMax: number): string | undefined {
  if (!text.isWellFormed()) return 'is not well-formed Unicode';
  if (/\p{Cc}/u.test(text)) return 'must not hold control characters';
  const characters = Array.from(text).length;
  if (characters < charactersMin)
    return charactersMin === 1 ? 'must not be empty' : `must have at least ${String(charactersMin)} characters`;
  if (characters > charactersMax)
    return `has ${String(characters)} characters; at most ${String(charactersMax)} are allowed`;
  return undefined;
}

/** A text of so many characters (code points), in Unicode normal form C so that what looks the same is the same. */
export function readText(
  text: string,
  field: string,
  violations: Violation[],
  { min = 0, max }: { readonly min?: number; readonly max: number },
): string {
  const normal = text.normalize('NFC').trim();
  const problem = textProblem(normal, min, max);
  if (problem !== undefined) violations.push({ field, description: problem });
  return normal;
}

export function readCurrency(code: string, field: string, violations: Violation[]): string {
  if (!isCurrency(code)) violations.push({ field, description: `${currencyProblem}; got ${shown(code)}` });
  return code;
}

export function readDate(text: string, field: string, violations: Violation[]): CalendarDate {
  if (!isCalendarDate(text)) violations.push({ field, description: `must be a date YYYY-MM-DD; got ${shown(text)}` });
  return text;
}

/** A finite number within inclusive ends; negative zero becomes zero. */
export function readNumber(
  value: number,
  field: string,
  violations: Violation[],
  lowest: number,
  highest: number,
): number {
  if (!Number.isFinite(value)) {
    violations.push({ field, description: `must be a finite number; got ${String(value)}`, reason: 'NUMBER_INVALID' });
    return lowest;
  }
  if (value < lowest || value > highest) {
    violations.push({
      field,
      description: `must be from ${String(lowest)} to ${String(highest)}; got ${String(value)}`,
      reason: 'NUMBER_INVALID',
    });
  }
  return value === 0 ? 0 : value;
}

/** A decimal above zero. */
export function readPositive(text: string, field: string, violations: Violation[]): Decimal {
  const found = violations.length;
  const value = readDecimal(text, field, violations);
  if (violations.length === found && !value.greaterThan(zero)) {
    violations.push({ field, description: `must be above 0; got "${text}"`, reason: 'NUMBER_INVALID' });
  }
  return value;
}

/** A decimal of at least zero and, when stated, at most `highest`; the empty text is `absent`. */
export function readAmount(
  text: string,
  field: string,
  violations: Violation[],
  { absent, highest }: { readonly absent?: Decimal; readonly highest?: Decimal } = {},
): Decimal {
  if (text === '' && absent !== undefined) return absent;
  const found = violations.length;
  const value = readDecimal(text, field, violations);
  if (violations.length > found) return value;
  if (value.isNegative() && !value.isZero()) {
    violations.push({ field, description: `must not be negative; got "${text}"`, reason: 'NUMBER_INVALID' });
  } else if (highest !== undefined && value.greaterThan(highest)) {
    violations.push({
      field,
      description: `must be at most ${highest.toFixed()}; got "${text}"`,
      reason: 'NUMBER_INVALID',
    });
  }
  return value;
}

/** Quoted and cut, for messages. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
