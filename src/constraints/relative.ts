/**
 * Limits that are relative: a range around what the benchmark or the current holdings have, instead of around 0. One way for all
 * handlers: the range itself carries `relativeTo`, and is then a range of the difference of weights.
 */
import type { Holdings, Situation } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { lookThroughSchema } from './look-through.ts';
import { invalid, rangeSchema } from './range.ts';
import type { Range } from './range.ts';

export type RelativeTo = 'none' | 'benchmark' | 'current';

/** A range of the total weight of a part of the portfolio. */
export type Limit = Range & { readonly relativeTo?: RelativeTo; readonly lookThrough?: boolean };

export const relativeToSchema: JsonSchema = {
  type: 'string',
  title: 'Relative to',
  description:
    'none: the range is of the weight itself. benchmark: of weight minus benchmark weight. current: of weight minus the weight held now. ' +
    'Differences of fractions: 0.03 is 3 percentage points more.',
  enum: ['none', 'benchmark', 'current'],
};

/** A range that may be relative and may look through funds. */
export function limitSchema(what: string): JsonSchema<Limit> {
  const { properties = {}, ...schema } = rangeSchema(what);
  return { ...schema, properties: { ...properties, relativeTo: relativeToSchema, lookThrough: lookThroughSchema } };
}

/** ` relative to the benchmark`, or nothing. */
export function relativeText(relativeTo: RelativeTo | undefined): string {
  if (relativeTo === 'benchmark') return ' relative to the benchmark';
  return relativeTo === 'current' ? ' relative to the current holding' : '';
}

export function admitRelative(relativeTo: string | undefined, field: string, situation: Situation): Violation[] {
  const needed = relativeTo === 'benchmark' || relativeTo === 'benchmark-multiple';
  if (!needed || situation.benchmark !== undefined) return [];
  return [invalid(field, 'needs a benchmark, and there is none')];
}

/** What weights are compared with: nothing, the benchmark, which holds no cash, or what is held now. */
export function centreOf(relativeTo: RelativeTo | undefined, situation: Situation): Holdings {
  const nothing = (): Float64Array => new Float64Array(situation.universe.assets.length);
  if (relativeTo === 'current') return { weights: situation.current, cash: situation.cashCurrent };
  return { weights: (relativeTo === 'benchmark' ? situation.benchmark : undefined) ?? nothing(), cash: 0 };
}
