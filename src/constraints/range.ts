/** A range with one or two sides, as clients write it, and the words and verdicts that every handler shares. */
import type { Measured } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';

/** Inclusive; a missing side is open. */
export type Range = { readonly min?: number; readonly max?: number };

export const fractionOfValue = 'fraction of net asset value';

/** Fractions beyond +-2 (200 %) are refused: they are almost always percentages that lost their sign. */
export const fractionMax = 2;

/** Other numbers beyond this would drown everything that they are added to. */
export const plainMax = 1e12;

const fractionProblem = (value: number): string =>
  `must be a fraction of net asset value, 0.5 for 50 %; got ${String(value)}${asPercentage(value)}`;

/** What the number says when it is a fraction; nothing of one that no client can have meant. */
export const asPercentage = (value: number): string =>
  Math.abs(value) < 1e6 ? `, which would be ${percent(value)}` : '';

export function rangeSchema(what: string): JsonSchema<Range> {
  return {
    type: 'object',
    title: `Range of ${what}`,
    properties: {
      min: { type: 'number', title: 'Minimum', description: `Least ${what}, inclusive. Open when missing.` },
      max: { type: 'number', title: 'Maximum', description: `Greatest ${what}, inclusive. Open when missing.` },
    },
    additionalProperties: false,
    minProperties: 1,
  };
}

/** What is wrong with one number: not finite, a percentage where a fraction belongs, or too large for arithmetic. */
export function admitNumber(value: number, field: string, unit: 'fraction' | 'plain'): Violation[] {
  if (!Number.isFinite(value))
    return [{ field, description: `must be a finite number; got ${String(value)}`, reason: 'NUMBER_INVALID' }];
  if (unit === 'fraction' && Math.abs(value) > fractionMax) {
    return [{ field, description: fractionProblem(value), reason: 'CONSTRAINT_INVALID' }];
  }
  if (Math.abs(value) > plainMax)
    return [invalid(field, `must be at most ${String(plainMax)} in size; got ${String(value)}`)];
  return [];
}

/** Every problem of a range: no side, numbers, and min above max. `field` is the path of the range itself, '' for the parameters. */
export function admitRange(range: Range, field: string, unit: 'fraction' | 'plain' = 'fraction'): Violation[] {
  const at = (side: string): string => (field === '' ? side : `${field}.${side}`);
  if (range.min === undefined && range.max === undefined) return [invalid(field, 'needs min, max or both')];
  const violations: Violation[] = [];
  if (range.min !== undefined) violations.push(...admitNumber(range.min, at('min'), unit));
  if (range.max !== undefined) violations.push(...admitNumber(range.max, at('max'), unit));
  if (range.min !== undefined && range.max !== undefined && range.min > range.max) {
    violations.push(invalid(at('min'), `is above max: ${String(range.min)} > ${String(range.max)}`));
  }
  return violations;
}

export function invalid(field: string, description: string): Violation {
  return { field, description, reason: 'CONSTRAINT_INVALID' };
}

/** The path of an entry below `prefix`, in the caller's own key: `limits.Energy`, `limits["Health Care"]`. */
export function fieldOf(prefix: string, key: string): string {
  const plain = /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key);
  if (!plain) return `${prefix}[${JSON.stringify(key)}]`;
  return prefix === '' ? key : `${prefix}.${key}`;
}

/** `12.5 %` with at most four decimals. */
export function percent(value: number): string {
  return `${String(Number((value * 100).toFixed(4)))} %`;
}

/** At most six decimals. */
export function plain(value: number): string {
  return String(Number(value.toFixed(6)));
}

/** `at most 20 %`, `at least 5 %`, `between 5 % and 20 %`, `exactly 100 %`. */
export function rangeText(range: Range, format: (value: number) => string): string {
  const { min, max } = range;
  if (min !== undefined && max !== undefined) {
    return min === max ? `exactly ${format(min)}` : `between ${format(min)} and ${format(max)}`;
  }
  if (max !== undefined) return `at most ${format(max)}`;
  return min === undefined ? 'without limit' : `at least ${format(min)}`;
}

/** The verdict on a measured value. */
export function measured(text: string, value: number, range: Range, unit: string): Measured {
  const lower = range.min ?? -Infinity;
  const upper = range.max ?? Infinity;
  return { text, value, lower, upper, slack: Math.min(value - lower, upper - value), unit };
}
